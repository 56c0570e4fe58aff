// SPDX-License-Identifier: LGPL-2.1-or-later
// The control channel: messages as bytes, order, descriptors, and ends that die or do not read.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "worker/control_channel.h"

namespace klive::app {
namespace {

using control::Message;

std::string text_of(const Message &message) {
  const base::Bytes bytes = control::encode(message);
  return {bytes.begin(), bytes.end()};
}

base::Result<Message> decode(const std::string &packet) {
  return control::decode({reinterpret_cast<const uint8_t *>(packet.data()), packet.size()});
}

TEST(ControlMessage, EveryKind_ComesBackAsItWas) {
  const std::vector<Message> messages = {
      control::Start{"{\"a\": 1}\n"},
      control::AddPublication{"1_abc/primary/32", {0, '\n', 7}},
      control::RemovePublication{"1_abc/backup/33"},
      control::Ask{},
      control::Stop{true},
      control::Stop{false},
      control::Event{"segment track=v32 crc=0"},
      control::PublicationEnded{"1_abc/primary/32", "two\nlines"},
      control::Warning{""},
      control::DiskWait{12'345}};
  for (const Message &message : messages) {
    const auto again = decode(text_of(message));
    ASSERT_TRUE(again) << text_of(message);
    EXPECT_EQ(again->index(), message.index());
    EXPECT_EQ(text_of(*again), text_of(message));
  }
}

TEST(ControlMessage, AnythingElse_IsRefused) {
  for (const char *packet :
       {"", "event", "\n", "stop\n", "stop now\n", "add\nheader", "remove\n", "ended\nwhy",
        "EVENT\nline", " event\nline", "fork 1\n", "fork 1 x\n", "fork -1 2\n", "kill\n",
        "kill 1 2\n", "exited 1\n", "disk\n", "disk -1\n", "disk 1s\n"}) {
    const auto message = decode(packet);
    ASSERT_FALSE(message) << packet;
    EXPECT_EQ(message.error().code, base::ErrorCode::kInvalid);
  }
}

/// One end, and what it was told.
struct End {
  End(SocketPoller &poller, gst::UniqueFd socket, bool takes_fds)
      : channel(std::make_unique<ControlChannel>(
            poller, std::move(socket), takes_fds,
            ControlCallbacks{.message =
                                 [this](const Message &message, gst::UniqueFd fd) {
                                   got.push_back(text_of(message));
                                   fds.push_back(std::move(fd));
                                 },
                             .closed = [this](const std::string &why) { closed = why; }})) {}
  std::vector<std::string> got;
  std::vector<gst::UniqueFd> fds;
  std::optional<std::string> closed;
  std::unique_ptr<ControlChannel> channel;
};

class ControlChannelTest : public ::testing::Test {
 protected:
  ControlChannelTest() {
    auto ends = open_packet_pair();
    door_.emplace(poller_, std::move(ends->first), false);
    worker_.emplace(poller_, std::move(ends->second), true);
  }
  [[nodiscard]] bool wait(const std::function<bool()> &condition) {
    const gint64 deadline = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
    Ticker wake(20, [] {});
    while (!condition() && g_get_monotonic_time() < deadline)
      g_main_context_iteration(nullptr, TRUE);
    return condition();
  }

  SocketPoller poller_;
  std::optional<End> door_, worker_;
};

TEST_F(ControlChannelTest, Messages_ArriveInOrderBothWays) {
  door_->channel->send(control::Start{"{}"});
  door_->channel->send(control::Stop{true});
  worker_->channel->send(control::Event{"a"});
  worker_->channel->send(control::Event{"b"});
  ASSERT_TRUE(wait([&] { return worker_->got.size() == 2 && door_->got.size() == 2; }));
  EXPECT_EQ(worker_->got, (std::vector<std::string>{"start\n{}", "stop end\n"}));
  EXPECT_EQ(door_->got, (std::vector<std::string>{"event\na", "event\nb"}));
}

TEST_F(ControlChannelTest, ADescriptor_GoesToTheWorkerAndNotToTheDoor) {
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const gst::UniqueFd read(pipe[0]), write(pipe[1]);
  door_->channel->send(control::AddPublication{"1_abc/primary/32", {}}, read.get());
  worker_->channel->send(control::Event{"a"}, read.get());
  ASSERT_TRUE(wait([&] { return worker_->got.size() == 1 && door_->got.size() == 1; }));
  ASSERT_TRUE(worker_->fds[0]);
  EXPECT_FALSE(door_->fds[0]);
  struct stat ours {
  }, theirs{};
  ASSERT_EQ(fstat(read.get(), &ours), 0);
  ASSERT_EQ(fstat(worker_->fds[0].get(), &theirs), 0);
  EXPECT_EQ(ours.st_ino, theirs.st_ino);
}

TEST_F(ControlChannelTest, DoorDoesNotRead_WorkerKeepsWhatItSaysInOrder) {
  constexpr size_t kCount = 5000;  // more than the socket holds
  const std::string line(500, 'x');
  for (size_t i = 0; i < kCount; ++i)
    worker_->channel->send(control::Event{line + std::to_string(i)});
  ASSERT_TRUE(wait([&] { return door_->got.size() == kCount; }));
  for (size_t i = 0; i < kCount; ++i)
    ASSERT_EQ(door_->got[i], "event\n" + line + std::to_string(i));
}

TEST_F(ControlChannelTest, WorkerDies_DoorHearsItsLastWordsAndThenTheEnd) {
  worker_->channel->send(control::Warning{"last words"});
  worker_.reset();
  door_->channel->drain();
  EXPECT_EQ(door_->got, std::vector<std::string>{"warning\nlast words"});
  ASSERT_TRUE(wait([&] { return door_->closed.has_value(); }));
}

TEST_F(ControlChannelTest, WorkerSaysWhatCannotBeUnderstood_ItsChannelIsClosed) {
  auto ends = open_packet_pair();
  ASSERT_TRUE(ends);
  End door(poller_, std::move(ends->first), false);
  ASSERT_GT(::send(ends->second.get(), "gibberish", 9, 0), 0);
  ASSERT_TRUE(wait([&] { return door.closed.has_value(); }));
  EXPECT_TRUE(door.got.empty());
}

TEST_F(ControlChannelTest, ACallback_MayDestroyItsChannel) {
  auto ends = open_packet_pair();
  ASSERT_TRUE(ends);
  std::unique_ptr<ControlChannel> doomed;
  doomed = std::make_unique<ControlChannel>(
      poller_, std::move(ends->first), false,
      ControlCallbacks{.message = [&](const Message &, gst::UniqueFd) { doomed.reset(); },
                       .closed = [](const std::string &) { FAIL(); }});
  ControlChannel other(
      poller_, std::move(ends->second), true,
      {.message = [](const Message &, gst::UniqueFd) {}, .closed = [](const std::string &) {}});
  other.send(control::Event{"a"});
  other.send(control::Event{"b"});
  EXPECT_TRUE(wait([&] { return doomed == nullptr; }));
}

}  // namespace
}  // namespace klive::app
