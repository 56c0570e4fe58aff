// SPDX-License-Identifier: LGPL-2.1-or-later
// PageHandler: the player pages, the console, and the files that they load.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "http/exchange.h"

namespace klive::app::http {

/// Thread-bound.
class PageHandler {
 public:
  /// The name of an entry, if it is known.
  using EntryName = std::function<std::optional<std::string>(const std::string &entry)>;

  /// Reads the folder `web` once; what is not there is answered with 404.
  PageHandler(const std::string &web, EntryName entry_name);
  void handle_page(const Exchange &exchange);
  void handle_asset(const Exchange &exchange);

 private:
  struct Asset {
    const char *content_type;
    gst::Ptr<GBytes> plain, gzip;
    std::string plain_etag, gzip_etag;
    bool is_gzip_tried = false;
  };
  void load(const std::string &path, const std::string &name);

  EntryName entry_name_;
  std::map<std::string, std::string> pages_;  ///< name → text with @…@ places
  std::map<std::string, Asset> assets_;
};

}  // namespace klive::app::http
