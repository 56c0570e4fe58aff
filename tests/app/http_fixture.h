// SPDX-License-Identifier: LGPL-2.1-or-later
// A real HttpServer on a free port, over a window made by hand.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "http/http_server.h"
#include "http_client.h"
#include "live_fixture.h"
#include "main_context.h"

namespace klive::test {

class HttpFixture : public ::testing::Test {
 protected:
  HttpFixture() : registry_(root_.path() + "/live"), window_(registry_) {
    write_file(root_.path() + "/web/watch.html", "<title>@TITLE@</title><a id=\"@ENTRY@\">@X@</a>");
    write_file(root_.path() + "/web/embed.html", "<title>@TITLE@</title>");
    write_file(root_.path() + "/web/index.html", "klive @VERSION@");
    write_file(root_.path() + "/web/player.js", std::string(5000, 'j'));
    write_file(root_.path() + "/web/secret.conf", "not for the web");
    config_.http.address = "127.0.0.1";
    config_.http.port = 0;
    config_.http.web = root_.path() + "/web";
  }
  void start() {
    auto started = app::HttpServer::start(
        config_, {registry_, metrics_,
                  [this](const app::ApiRequest &request) { return answer_api(request); },
                  [this] { return is_ready_; },
                  [](const std::string &entry) -> std::optional<std::string> {
                    if (entry == kEntry) return "Tom & <Jerry>";
                    return {};
                  },
                  viewing_, showing_, "made at the first start"});
    ASSERT_TRUE(started.has_value()) << started.error().message;
    server_ = std::move(*started);
  }
  app::ApiAnswer answer_api(const app::ApiRequest &request) {
    api_path_ = request.path;
    api_query_ = request.query;
    api_body_ = request.body;
    api_type_ = request.content_type;
    api_origin_ = request.origin;
    api_host_ = request.host;
    api_remote_ = request.remote_address;
    return {"application/json", "{\"ok\":true}"};
  }
  [[nodiscard]] std::unique_ptr<HttpClient> client() const {
    return std::make_unique<HttpClient>(server_->port());
  }
  HttpReply get(std::string_view target, std::string_view headers = {}) const {
    return client()->get(target, headers);
  }
  /// The address of something of the entry.
  static std::string live(std::string_view name) {
    return "/live/" + std::string(kEntry) + "/" + std::string(name);
  }

  TempFolder root_;
  app::LiveRegistry registry_;
  app::Metrics metrics_;
  app::Config config_;
  LiveWindow window_;
  bool is_ready_ = true;
  /// Empty unless the test sets them before start().
  std::function<app::Viewing(const std::string &, const std::string &, std::string_view,
                             std::string_view)>
      viewing_;
  std::function<app::Showing(const std::string &)> showing_;
  std::string api_path_, api_query_, api_body_, api_type_, api_origin_, api_host_, api_remote_;
  std::unique_ptr<app::HttpServer> server_;
};

}  // namespace klive::test
