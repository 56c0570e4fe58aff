// SPDX-License-Identifier: LGPL-2.1-or-later
// Exchange: one HTTP request and its one answer.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/connection.h"
#include "http/route.h"
#include "klive/ptr.h"
#include "live/metrics.h"

namespace klive::app::http {

/// Who may read an answer, and what a browser may do with it.
enum class Audience {
  kMedia,  ///< any origin
  kPage,   ///< a page of ours: content security policy, no foreign frame around it
  kFrame,  ///< a page made to be put into other people's pages
};

using Headers = std::vector<std::pair<std::string_view, std::string>>;

/// Plain value.
struct Answer {
  unsigned status = 200;
  std::string content_type;
  gst::Ptr<GBytes> body;  ///< shared, never copied
  std::string etag;       ///< with quotes; empty = none
  const char *cache_control = "no-cache";
  Audience audience = Audience::kMedia;
  bool is_gzip = false;
  bool has_variants = false;  ///< another Accept-Encoding gives another body
  bool allows_ranges = false;
  Headers more;  ///< headers of this answer alone
};

[[nodiscard]] gst::Ptr<GBytes> to_bytes(std::string_view text);
/// Nothing when compression fails or gains nothing.
[[nodiscard]] gst::Ptr<GBytes> to_gzip(GBytes *bytes);
/// An entity tag of the content, the same in every process.
[[nodiscard]] std::string content_etag(GBytes *bytes, bool is_gzip);

/// Thread-bound. Copies speak of the same request; the client may be gone, then answering does
/// nothing.
class Exchange {
 public:
  Exchange(std::shared_ptr<Connection> connection, Route route, Metrics &metrics);

  [[nodiscard]] const Route &route() const { return route_; }
  [[nodiscard]] Method method() const { return connection_->head().method; }
  [[nodiscard]] bool wants_gzip() const;
  [[nodiscard]] std::string_view path() const { return connection_->head().path; }
  [[nodiscard]] std::string_view query() const { return connection_->head().query; }
  /// `name` in lower case.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] std::string_view body() const { return connection_->body(); }
  /// The client, also behind a proxy on this machine.
  [[nodiscard]] std::string remote_address() const;
  /// Whether it came from this machine, where a front of ours may stand.
  [[nodiscard]] bool is_local() const { return connection_->is_local(); }
  /// "http://host:8080" as the client wrote it; empty when the Host header is no host.
  [[nodiscard]] std::string origin() const;

  /// Answers once. If-None-Match, Range and HEAD are seen to here.
  void answer(const Answer &answer) const;
  /// {"error":word,"message":sentence}
  void refuse(unsigned status, const char *word, std::string_view sentence,
              Headers more = {}) const;
  /// Called when the client goes before the answer; empty: no longer.
  void set_on_gone(std::function<void()> on_gone) const {
    connection_->set_on_gone(std::move(on_gone));
  }

 private:
  [[nodiscard]] std::string common_headers(const Answer &answer) const;
  void send(unsigned status, std::string headers, const gst::Ptr<GBytes> &body) const;
  void count(unsigned status, uint64_t size) const;

  std::shared_ptr<Connection> connection_;  // owners: see Connection
  Route route_;
  Metrics *metrics_;
};

}  // namespace klive::app::http
