// SPDX-License-Identifier: LGPL-2.1-or-later
// ServerNode against an installation: what it says of itself, and that it notices another server by
// its name.
#include "remote/server_node.h"

#include <algorithm>

#include "installation_fixture.h"

namespace klive::test {
namespace {

using app::ServerNode;
using kaltura::Value;

class ServerNodeTest : public InstallationFixture {
 protected:
  /// An installation as Kaltura describes it: what it is sent counts the first time alone.
  app::ApiAnswer answer(const InstallationCall &call) override {
    asked_ += call.action + " ";
    if (call.action == "reportStatus") {
      if (stored_.is_null()) {
        stored_ = *call.value.find("serverNode");
        stored_["id"] = 7;
      }
      stored_["heartbeatTime"] = ++now_;
    } else if (call.action == "update") {
      EXPECT_EQ(call.value.integer_of("serverNodeId"), 7);
      for (const auto &[name, member] : *call.value.find("serverNode")->object())
        stored_[name] = member;
    }
    return {"application/json", kaltura::write_json(stored_), {}};
  }
  void introduce() {
    bool is_done = false;
    node_.introduce([&] { is_done = true; });
    EXPECT_TRUE(run_until([&] { return is_done; }));
    // An update may follow.
    EXPECT_TRUE(
        run_until([&] { return client_->stats().calls <= static_cast<uint64_t>(answers()); }));
  }
  [[nodiscard]] int64_t answers() const { return std::count(asked_.begin(), asked_.end(), ' '); }
  [[nodiscard]] std::string domain() {
    const Value *pairs = stored_.find("mediaServerPlaybackDomainConfig");
    return pairs == nullptr ? "none" : pairs->array()->front().text_of("value");
  }

  ServerNode node_{*client_, "media-1"};
  Value stored_;
  int64_t now_ = 1'000;
  std::string asked_;
};

TEST_F(ServerNodeTest, NewServer_SaysWhatItIsAndWhereItIsPlayedFrom) {
  node_.start("http://media-1.example.org:8080", false);
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
  node_.start("http://new.example.org", true);
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
  node_.start("http://media-1:8080", false);
  introduce();
  EXPECT_EQ(domain(), "cdn.example.org");
  EXPECT_EQ(asked_, "reportStatus ");
}

TEST_F(ServerNodeTest, AnotherServerByTheSameName_IsNoticedAndSoIsItsEnd) {
  introduce();
  introduce();
  EXPECT_FALSE(node_.is_shared()) << "these were its own reports";
  stored_["heartbeatTime"] = ++now_;
  introduce();
  EXPECT_TRUE(node_.is_shared());
  introduce();
  EXPECT_FALSE(node_.is_shared());
}

}  // namespace
}  // namespace klive::test
