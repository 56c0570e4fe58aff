// SPDX-License-Identifier: LGPL-2.1-or-later
// Exchange: one HTTP request and its one answer.
#pragma once

#include <libsoup/soup.h>

#include <optional>
#include <string>
#include <string_view>

#include "http/route.h"
#include "klive/ptr.h"
#include "live/metrics.h"

namespace klive::app::http {

enum class Method { kGet, kHead, kPost, kOptions, kOther };

/// Who may read an answer, and what a browser may do with it.
enum class Audience {
  kMedia,  ///< any origin
  kPage,   ///< a page of ours: content security policy, no foreign frame around it
  kFrame,  ///< a page made to be put into other people's pages
};

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
};

[[nodiscard]] gst::Ptr<GBytes> to_bytes(std::string_view text);
/// Nothing when compression fails or gains nothing.
[[nodiscard]] gst::Ptr<GBytes> to_gzip(GBytes *bytes);
/// An entity tag of the content, the same in every process.
[[nodiscard]] std::string content_etag(GBytes *bytes, bool is_gzip);

/// Thread-bound. Keeps the message alive; copies speak of the same request.
class Exchange {
 public:
  Exchange(SoupServerMessage *message, Route route, Metrics &metrics);

  [[nodiscard]] SoupServerMessage *message() const { return message_.get(); }
  [[nodiscard]] const Route &route() const { return route_; }
  [[nodiscard]] Method method() const { return method_; }
  [[nodiscard]] bool wants_gzip() const;
  [[nodiscard]] std::string_view path() const;   ///< as sent
  [[nodiscard]] std::string_view query() const;  ///< as sent, without '?'
  [[nodiscard]] std::string_view header(const char *name) const;
  [[nodiscard]] std::string_view body() const;
  /// The client, also behind a proxy on this machine.
  [[nodiscard]] std::string remote_address() const;
  /// "http://host:8080" as the client wrote it; empty when the Host header is no host.
  [[nodiscard]] std::string origin() const;

  /// Answers once. If-None-Match, Range and HEAD are seen to here.
  void answer(const Answer &answer) const;
  /// {"error":word,"message":sentence}
  void refuse(unsigned status, const char *word, std::string_view sentence) const;
  void add_header(const char *name, const char *value) const;

 private:
  void set_common_headers(const Answer &answer) const;
  void set_body(const Answer &answer) const;
  void count(unsigned status, uint64_t size) const;
  [[nodiscard]] bool is_local_peer() const;

  gst::Ptr<SoupServerMessage> message_;
  Route route_;
  Method method_;
  Metrics *metrics_;
};

}  // namespace klive::app::http
