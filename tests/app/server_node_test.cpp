// SPDX-License-Identifier: LGPL-2.1-or-later
// ServerNode against an installation: what it says of itself, and that it notices another server by
// its name.
#include "remote/server_node.h"

#include <algorithm>
#include <optional>

#include "http_fixture.h"

namespace klive::test {
namespace {

using app::ApiClient;
using app::ServerNode;
using kaltura::Value;

class ServerNodeTest : public HttpFixture {
 protected:
  void SetUp() override {
    auto started = app::HttpServer::start(
        config_,
        {registry_, metrics_, [this](const app::ApiRequest &request) { return answer(request); },
         [] { return true; }, [](const std::string &) { return std::nullopt; }});
    ASSERT_TRUE(started.has_value());
    server_ = std::move(*started);
    client_ = std::make_unique<ApiClient>(app::ApiClientSettings{
        .service_url = "http://127.0.0.1:" + std::to_string(server_->port()), .secret = "secret"});
    node_ = std::make_unique<ServerNode>(*client_, "media-1");
  }
  void TearDown() override {
    node_.reset();
    client_.reset();
  }
  /// An installation as Kaltura describes it: what it is sent counts the first time alone.
  app::ApiAnswer answer(const app::ApiRequest &request) {
    const std::string path(request.path);
    const std::string action = path.substr(path.rfind('/') + 1);
    const auto body = kaltura::read_json(request.body);
    asked_ += action + " ";
    if (action == "reportStatus") {
      if (stored_.is_null()) {
        stored_ = *body->find("serverNode");
        stored_["id"] = 7;
      }
      stored_["heartbeatTime"] = ++now_;
    } else if (action == "update") {
      EXPECT_EQ(body->integer_of("serverNodeId"), 7);
      for (const auto &[name, member] : *body->find("serverNode")->object()) stored_[name] = member;
    }
    return {"application/json", kaltura::write_json(stored_), {}};
  }
  void introduce() {
    bool is_done = false;
    node_->introduce([&] { is_done = true; });
    while (!is_done) g_main_context_iteration(nullptr, TRUE);
    // An update may follow.
    while (client_->stats().calls > static_cast<uint64_t>(answers()))
      g_main_context_iteration(nullptr, TRUE);
  }
  [[nodiscard]] int64_t answers() const { return std::count(asked_.begin(), asked_.end(), ' '); }
  [[nodiscard]] std::string domain() {
    const Value *pairs = stored_.find("mediaServerPlaybackDomainConfig");
    return pairs == nullptr ? "none" : pairs->array()->front().text_of("value");
  }

  std::unique_ptr<ApiClient> client_;
  std::unique_ptr<ServerNode> node_;
  Value stored_;
  int64_t now_ = 1'000;
  std::string asked_;
};

TEST_F(ServerNodeTest, NewServer_SaysWhatItIsAndWhereItIsPlayedFrom) {
  node_->start("http://media-1.example.org:8080", false);
  introduce();
  EXPECT_EQ(stored_.text_of("hostName"), "media-1");
  EXPECT_EQ(stored_.text_of("objectType"), "KalturaLiveClusterMediaServerNode");
  EXPECT_EQ(domain(), "media-1.example.org");
  EXPECT_EQ(asked_, "reportStatus ");
}

TEST_F(ServerNodeTest, KnownServer_CorrectsItsAddressWhenThatIsConfigured) {
  stored_ = *kaltura::read_json(
      R"({"objectType":"KalturaLiveClusterMediaServerNode","id":7,"hostName":"media-1",
          "mediaServerPlaybackDomainConfig":[{"key":"http","value":"old.example.org"}]})");
  node_->start("http://new.example.org", true);
  introduce();
  EXPECT_EQ(domain(), "new.example.org");
  EXPECT_EQ(asked_, "reportStatus update ");
  introduce();
  EXPECT_EQ(asked_, "reportStatus update get reportStatus ") << "it is right now";
}

TEST_F(ServerNodeTest, KnownServerThatGuessesItsAddress_LeavesTheOperatorsAlone) {
  stored_ = *kaltura::read_json(
      R"({"objectType":"KalturaLiveClusterMediaServerNode","id":7,"hostName":"media-1",
          "mediaServerPlaybackDomainConfig":[{"key":"http","value":"cdn.example.org"}]})");
  node_->start("http://media-1:8080", false);
  introduce();
  EXPECT_EQ(domain(), "cdn.example.org");
  EXPECT_EQ(asked_, "reportStatus ");
}

TEST_F(ServerNodeTest, AnotherServerByTheSameName_IsNoticedAndSoIsItsEnd) {
  introduce();
  introduce();
  EXPECT_FALSE(node_->is_shared()) << "these were its own reports";
  stored_["heartbeatTime"] = ++now_;
  introduce();
  EXPECT_TRUE(node_->is_shared());
  introduce();
  EXPECT_FALSE(node_->is_shared());
}

}  // namespace
}  // namespace klive::test
