// SPDX-License-Identifier: LGPL-2.1-or-later
// PlayManifestHandler: Kaltura's playManifest, which sends players on to the manifests.
#pragma once

#include <functional>
#include <string>

#include "api/api_server.h"
#include "http/exchange.h"
#include "http/server_choice.h"
#include "http/shown_entries.h"
#include "kaltura/packager_url.h"
#include "kaltura/play_manifest.h"

namespace klive::app::http {

/// How addresses are signed.
struct Signing {
  std::string secret;      ///< never empty
  std::string domain;      ///< signed in the place of the host; empty = the host
  bool is_needed = false;  ///< by everybody, not only by those who see a preview
};

/// Whether the address of a packager is signed as it must be.
[[nodiscard]] bool is_signed(const Exchange &exchange, const Signing &signing,
                             const std::string &public_url);

/// Thread-bound. Everything given must outlive it.
class PlayManifestHandler {
 public:
  using ViewingOf = std::function<Viewing(const std::string &entry, const std::string &ks,
                                          std::string_view remote_address, std::string_view path)>;

  /// Without `viewing_of` every entry is there for everybody.
  PlayManifestHandler(ShownEntries &shown, ViewingOf viewing_of, std::string public_url,
                      const Signing &signing);
  void handle(const Exchange &exchange);

 private:
  void answer_request(const Exchange &exchange, kaltura::PlayManifest request);
  [[nodiscard]] Viewing viewing(const Exchange &exchange, const kaltura::PlayManifest &request);
  /// The path of the manifest of what is on air.
  [[nodiscard]] std::string target(const Exchange &exchange, const kaltura::PlayManifest &request,
                                   const Viewing &viewing) const;
  [[nodiscard]] std::string path_of(const kaltura::PackagerUrl &url, bool is_signed,
                                    const std::string &host) const;
  /// An empty origin is this server as the player knows it.
  void send_on(const Exchange &exchange, const kaltura::PlayManifest &request,
               const std::string &origin, const std::string &path) const;

  ShownEntries &shown_;
  ViewingOf viewing_of_;
  std::string public_url_;
  const Signing &signing_;
};

}  // namespace klive::app::http
