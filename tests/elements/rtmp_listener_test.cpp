// SPDX-License-Identifier: LGPL-2.1-or-later
// RtmpListener: connections before they belong to an element.
#include <gst/gst.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>
#include <vector>

#include "base/locked.h"
#include "klive/rtmp_listener.h"
#include "rtmp_publisher.h"

namespace klive {
namespace {

using test::RtmpPublisher;
using Phase = RtmpPublisher::Phase;
using Connections = std::vector<gst::Ptr<GstKliveRtmpConnection>>;

class RtmpListenerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }

  void listen(gst::RtmpListenerSettings settings) {
    settings.port = 0;
    auto listener =
        gst::RtmpListener::start(settings, [this](gst::Ptr<GstKliveRtmpConnection> connection) {
          arrived_.lock()->push_back(std::move(connection));
          arrived_.notify();
        });
    ASSERT_TRUE(listener) << listener.error().message;
    listener_ = *std::move(listener);
  }
  gst::Ptr<GstKliveRtmpConnection> wait_for_connection() {
    auto arrived = arrived_.lock();
    const bool is_there =
        arrived_.wait_until(arrived, std::chrono::steady_clock::now() + std::chrono::seconds(10),
                            [](const Connections &now) { return !now.empty(); });
    if (!is_there) return {};
    auto connection = std::move(arrived->back());
    arrived->pop_back();
    return connection;
  }

  /// Whether so many connections are open, now or soon.
  bool open_is(uint32_t count) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (listener_->stats().open != count && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    return listener_->stats().open == count;
  }

  base::Locked<Connections> arrived_;
  std::unique_ptr<gst::RtmpListener> listener_;
};

size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  size_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * 4096;
}

TEST_F(RtmpListenerTest, ConnectArrives_ConnectionIsHandedOver) {
  listen({.address = "127.0.0.1"});
  RtmpPublisher publisher(listener_->port(), "kLive", "1");
  ASSERT_TRUE(publisher.talk_until(Phase::kConnecting));
  const auto connection = wait_for_connection();
  ASSERT_TRUE(connection);
  EXPECT_EQ(gst::remote_address(connection.get()).substr(0, 10), "127.0.0.1:");
  EXPECT_EQ(listener_->stats().open, 1U);
  EXPECT_EQ(listener_->stats().accepted, 1U);
}

TEST_F(RtmpListenerTest, AnyAddress_TakesBothFamilies) {
  listen({.address = "::"});
  RtmpPublisher v4(listener_->port(), "kLive", "1", "127.0.0.1");
  ASSERT_TRUE(v4.talk_until(Phase::kConnecting));
  EXPECT_EQ(gst::remote_address(wait_for_connection().get()).substr(0, 10), "127.0.0.1:");
  RtmpPublisher v6(listener_->port(), "kLive", "1", "::1");
  if (!v6.talk_until(Phase::kConnecting)) GTEST_SKIP() << "no IPv6 on this machine";
  EXPECT_EQ(gst::remote_address(wait_for_connection().get()).substr(0, 6), "[::1]:");
}

TEST_F(RtmpListenerTest, OwnerRefuses_EncoderReadsCodeAndSentence) {
  listen({.address = "127.0.0.1"});
  RtmpPublisher publisher(listener_->port(), "kLive", "1");
  ASSERT_TRUE(publisher.talk_until(Phase::kConnecting));
  gst::refuse_connection(wait_for_connection(), "NetConnection.Connect.Rejected", "Not today.");
  EXPECT_EQ(publisher.publish(), Phase::kRefused);
  EXPECT_NE(publisher.refusal().description.find("Not today."), std::string::npos);
  EXPECT_TRUE(publisher.is_closed_by_server());
}

TEST_F(RtmpListenerTest, PublishAwaited_ConnectionComesBackWithItsName) {
  listen({.address = "127.0.0.1"});
  RtmpPublisher publisher(listener_->port(), "kLive?e=1_abcd1234", "1");
  ASSERT_TRUE(publisher.talk_until(Phase::kConnecting));
  auto connection = wait_for_connection();
  EXPECT_EQ(gst::publish_request(connection.get()).stage, gst::PublishStage::kConnect);
  EXPECT_EQ(gst::publish_request(connection.get()).app, "kLive?e=1_abcd1234");
  gst::await_publish(std::move(connection));
  ASSERT_TRUE(publisher.talk_until(Phase::kPublishing));
  connection = wait_for_connection();
  ASSERT_TRUE(connection);
  const gst::PublishRequest request = gst::publish_request(connection.get());
  EXPECT_EQ(request.stage, gst::PublishStage::kPublish);
  EXPECT_EQ(request.app, "kLive?e=1_abcd1234");
  EXPECT_EQ(request.stream_name, "1");
  gst::refuse_connection(std::move(connection), "NetStream.Publish.BadName", "Not this one.");
  EXPECT_EQ(publisher.publish(), Phase::kRefused);
  EXPECT_NE(publisher.refusal().description.find("Not this one."), std::string::npos);
}

TEST_F(RtmpListenerTest, NonsenseInOnePacketWithConnect_ClosedWhenConnectIsAccepted) {
  listen({.address = "127.0.0.1"});
  const auto client = test::connect_to("127.0.0.1", listener_->port());
  rtmp::ClientSession session({.app = "kLive", .tc_url = "rtmp://h/kLive", .stream_name = "1"});
  const auto send_all = [&](const base::Bytes &bytes) {
    return send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  };
  ASSERT_TRUE(send_all(session.take_output()));
  uint8_t greeting[3073];
  ASSERT_EQ(recv(client.get(), greeting, sizeof greeting, MSG_WAITALL), 3073);
  ASSERT_TRUE(session.feed(greeting));
  base::Bytes connect = session.take_output();
  base::append(connect,
               base::Bytes{2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0});  // chunk size 0
  ASSERT_TRUE(send_all(connect));
  auto connection = wait_for_connection();
  ASSERT_TRUE(connection);
  gst::await_publish(std::move(connection));
  EXPECT_TRUE(open_is(0));
  EXPECT_EQ(listener_->stats().protocol_errors, 1U);
}

TEST_F(RtmpListenerTest, PublishNeverComes_ClosedWhenTimeIsUp) {
  listen({.address = "127.0.0.1", .publish_timeout_ns = 100'000'000});
  RtmpPublisher publisher(listener_->port(), "kLive", "1");
  ASSERT_TRUE(publisher.talk_until(Phase::kConnecting));
  gst::await_publish(wait_for_connection());
  EXPECT_TRUE(publisher.is_closed_by_server());
  EXPECT_EQ(listener_->stats().timed_out, 1U);
}

TEST_F(RtmpListenerTest, RefusedLater_AnswerWaitsAndKeepsItsPlace) {
  listen({.address = "127.0.0.1", .max_unauthorised_per_address = 1});
  RtmpPublisher publisher(listener_->port(), "kLive", "1");
  ASSERT_TRUE(publisher.talk_until(Phase::kConnecting));
  const auto begin = std::chrono::steady_clock::now();
  gst::refuse_connection(wait_for_connection(), "NetConnection.Connect.Rejected", "Wrong.",
                         300'000'000);
  RtmpPublisher second(listener_->port(), "kLive", "1");
  EXPECT_TRUE(second.is_closed_by_server());
  EXPECT_EQ(publisher.publish(), Phase::kRefused);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(300));
  EXPECT_NE(publisher.refusal().description.find("Wrong."), std::string::npos);
  publisher.vanish();
  EXPECT_TRUE(open_is(0));
}

TEST_F(RtmpListenerTest, RefusedPeerDoesNotWait_ItsPlaceIsTakenUntilThen) {
  listen({.address = "127.0.0.1"});
  {
    RtmpPublisher publisher(listener_->port(), "kLive", "1");
    ASSERT_TRUE(publisher.talk_until(Phase::kConnecting));
    gst::refuse_connection(wait_for_connection(), "NetConnection.Connect.Rejected", "Wrong.",
                           300'000'000);
  }
  // The listener has looked at everything that came before this one.
  RtmpPublisher next(listener_->port(), "kLive", "1");
  ASSERT_TRUE(next.talk_until(Phase::kConnecting));
  const auto connection = wait_for_connection();
  EXPECT_EQ(listener_->stats().open, 2U);
  EXPECT_TRUE(open_is(1));
}

TEST_F(RtmpListenerTest, ListenerEndsBeforeARefusalIsDue_ItIsSaidAtOnce) {
  listen({.address = "127.0.0.1"});
  RtmpPublisher publisher(listener_->port(), "kLive", "1");
  ASSERT_TRUE(publisher.talk_until(Phase::kConnecting));
  gst::refuse_connection(wait_for_connection(), "NetConnection.Connect.Rejected", "Wrong.",
                         60'000'000'000);
  listener_.reset();
  EXPECT_EQ(publisher.publish(), Phase::kRefused);
}

TEST_F(RtmpListenerTest, FullOfUnauthorised_OldestOfTheBusiestAddressLeaves) {
  listen({.address = "127.0.0.1", .max_unauthorised = 3});
  RtmpPublisher honest(listener_->port(), "kLive", "1", "127.0.0.1", "127.0.0.9");
  ASSERT_TRUE(open_is(1));
  RtmpPublisher first(listener_->port(), "kLive", "1");
  ASSERT_TRUE(open_is(2));
  RtmpPublisher second(listener_->port(), "kLive", "1");
  ASSERT_TRUE(open_is(3));
  RtmpPublisher third(listener_->port(), "kLive", "1");
  EXPECT_TRUE(first.is_closed_by_server());
  EXPECT_TRUE(third.talk_until(Phase::kConnecting));
  EXPECT_TRUE(honest.talk_until(Phase::kConnecting));
  EXPECT_EQ(listener_->stats().refused_limit, 1U);
  EXPECT_EQ(listener_->stats().open, 3U);
}

TEST_F(RtmpListenerTest, FullOfUnauthorised_WhoWasRefusedLeavesFirst) {
  listen({.address = "127.0.0.1", .max_unauthorised = 2});
  RtmpPublisher waiting(listener_->port(), "kLive", "1");
  ASSERT_TRUE(open_is(1));
  RtmpPublisher wrong(listener_->port(), "kLive", "1");
  ASSERT_TRUE(wrong.talk_until(Phase::kConnecting));
  gst::refuse_connection(wait_for_connection(), "NetConnection.Connect.Rejected", "Wrong.",
                         60'000'000'000);
  RtmpPublisher next(listener_->port(), "kLive", "1");
  EXPECT_TRUE(wrong.is_closed_by_server());
  EXPECT_TRUE(next.talk_until(Phase::kConnecting));
  EXPECT_TRUE(waiting.talk_until(Phase::kConnecting));
}

TEST_F(RtmpListenerTest, NothingArrives_ClosedWhenTimeIsUp) {
  listen({.address = "127.0.0.1", .publish_timeout_ns = 50'000'000});
  RtmpPublisher silent(listener_->port(), "kLive", "1");
  EXPECT_TRUE(silent.is_closed_by_server());
  EXPECT_EQ(listener_->stats().timed_out, 1U);
  EXPECT_EQ(listener_->stats().open, 0U);
}

TEST_F(RtmpListenerTest, GarbageInsteadOfHandshake_ClosedAndCounted) {
  listen({.address = "127.0.0.1"});
  RtmpPublisher publisher(listener_->port(), "kLive", "1");
  const std::string request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n" + std::string(4096, 'x');
  publisher.send_raw(base::as_bytes(request));
  EXPECT_TRUE(publisher.is_closed_by_server());
  EXPECT_EQ(listener_->stats().protocol_errors, 1U);
  EXPECT_EQ(listener_->stats().open, 0U);
}

// A process that is being started holds every descriptor until it runs its program.
TEST_F(RtmpListenerTest, ClosedWhileAStartingProcessHoldsTheSocket_LaterBytesFindNobody) {
  listen({.address = "127.0.0.1"});
  const auto client = test::connect_to("127.0.0.1", listener_->port());
  ASSERT_TRUE(open_is(1));
  const pid_t starting = fork();
  if (starting == 0) {
    // Whoever waits for the end of this test's output must not wait for ever when it crashes.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) pause();
  }
  const std::string garbage(4096, 'x');
  ASSERT_GT(send(client.get(), garbage.data(), garbage.size(), MSG_NOSIGNAL), 0);
  EXPECT_TRUE(open_is(0));
  send(client.get(), garbage.data(), garbage.size(), MSG_NOSIGNAL);
  RtmpPublisher next(listener_->port(), "kLive", "1");
  EXPECT_TRUE(next.talk_until(Phase::kConnecting));
  kill(starting, SIGKILL);
  waitpid(starting, nullptr, 0);
}

TEST_F(RtmpListenerTest, TooManyFromOneAddress_NewOnesAreClosedAtOnce) {
  listen({.address = "127.0.0.1", .max_unauthorised_per_address = 2});
  const auto first = test::connect_to("127.0.0.1", listener_->port());
  const auto second = test::connect_to("127.0.0.1", listener_->port());
  RtmpPublisher third(listener_->port(), "kLive", "1");
  EXPECT_TRUE(third.is_closed_by_server());
  EXPECT_EQ(listener_->stats().refused_limit, 1U);
  EXPECT_EQ(listener_->stats().open, 2U);
}

TEST_F(RtmpListenerTest, ConnectionDroppedByOwner_ItsPlaceIsFree) {
  listen({.address = "127.0.0.1", .max_connections = 1});
  {
    RtmpPublisher publisher(listener_->port(), "kLive", "1");
    ASSERT_TRUE(publisher.talk_until(Phase::kConnecting));
    wait_for_connection().reset();
    EXPECT_TRUE(publisher.is_closed_by_server());
  }
  RtmpPublisher next(listener_->port(), "kLive", "1");
  EXPECT_TRUE(next.talk_until(Phase::kConnecting));
}

TEST_F(RtmpListenerTest, ConnectionOutlivesListener_ItIsStillUsable) {
  listen({.address = "127.0.0.1"});
  RtmpPublisher publisher(listener_->port(), "kLive", "1");
  ASSERT_TRUE(publisher.talk_until(Phase::kConnecting));
  auto connection = wait_for_connection();
  listener_.reset();
  gst::refuse_connection(std::move(connection), "NetConnection.Connect.Rejected", "Too late.");
  EXPECT_EQ(publisher.publish(), Phase::kRefused);
}

TEST_F(RtmpListenerTest, AThousandHalfOpen_CostLittleAndHinderNobody) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur < 2200) GTEST_SKIP() << "too few file descriptors allowed";
  listen({.address = "127.0.0.1", .max_unauthorised_per_address = 2000});
  const size_t before = resident_bytes();
  const uint8_t version = 3;
  std::vector<gst::UniqueFd> half_open;
  for (int i = 0; i < 1000; ++i) {
    half_open.push_back(test::connect_to("127.0.0.1", listener_->port()));
    ASSERT_TRUE(half_open.back());
    ASSERT_EQ(write(half_open.back().get(), &version, 1), 1);
  }
  RtmpPublisher publisher(listener_->port(), "kLive", "1");
  ASSERT_TRUE(publisher.talk_until(Phase::kConnecting));
  const auto connection = wait_for_connection();
  ASSERT_TRUE(connection);
  EXPECT_EQ(listener_->stats().open, 1001U);
  // Sanitizers put shadows and quarantines around everything.
#if !defined(__SANITIZE_ADDRESS__)
  EXPECT_LT(resident_bytes() - before, 8U * 1024 * 1024);
#else
  (void)before;
#endif
}

}  // namespace
}  // namespace klive
