// SPDX-License-Identifier: LGPL-2.1-or-later
// A stand-in for a Kaltura installation, whose API says what a test wants, and a client of it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "config/config.h"
#include "http/http_server.h"
#include "kaltura/value.h"
#include "live/live_registry.h"
#include "live/metrics.h"
#include "main_context.h"
#include "remote/api_client.h"

namespace klive::test {

/// A call, as the installation received it.
struct InstallationCall {
  std::string path, action;
  std::string text;      ///< the body
  kaltura::Value value;  ///< what it says
};

/// What the API answers instead of a result.
inline std::string api_error(const std::string &code) {
  return R"({"objectType":"KalturaAPIException","code":")" + code +
         R"(","message":"What the installation says."})";
}

/// What `ask` tells the function that it is given.
template <typename T, typename Ask>
base::Result<T> answer_of(const Ask &ask) {
  // Owners: this, and who was asked, who may answer too late.
  const auto answered = std::make_shared<std::optional<base::Result<T>>>();
  ask([answered](base::Result<T> said) { *answered = std::move(said); });
  EXPECT_TRUE(run_until([&] { return answered->has_value(); })) << "nobody was answered";
  if (!*answered) return base::fail(base::ErrorCode::kUnavailable, "Nobody was answered.");
  return **answered;
}

/// An installation that listens on a free port, and a client that calls it.
class InstallationFixture : public ::testing::Test {
 protected:
  InstallationFixture() {
    app::Config config;
    config.http.address = "127.0.0.1";
    config.http.port = 0;
    auto started = app::HttpServer::start(
        config,
        {registry_, metrics_, [this](const app::ApiRequest &request) { return received(request); },
         [] { return true; }, [](const std::string &) { return std::nullopt; }});
    EXPECT_TRUE(started) << started.error().message;
    if (started) server_ = *std::move(started);
    connect({.secret = "secret"});
  }
  /// Another client than the one there is; where to is filled in here.
  void connect(app::ApiClientSettings settings) {
    const int port = server_ ? server_->port() : 0;
    settings.service_url = "http://127.0.0.1:" + std::to_string(port);
    client_ = std::make_unique<app::ApiClient>(std::move(settings));
  }
  /// What the installation says to a call.
  virtual app::ApiAnswer answer(const InstallationCall &call) = 0;

  app::LiveRegistry registry_{"/nonexistent"};
  app::Metrics metrics_;
  std::unique_ptr<app::HttpServer> server_;
  std::unique_ptr<app::ApiClient> client_;

 private:
  app::ApiAnswer received(const app::ApiRequest &request) {
    InstallationCall call{.path = std::string(request.path), .text = std::string(request.body)};
    call.action = call.path.substr(call.path.rfind('/') + 1);
    auto value = kaltura::read_json(call.text);
    EXPECT_TRUE(value) << "the body is not JSON";
    if (value) call.value = *std::move(value);
    return answer(call);
  }
};

}  // namespace klive::test
