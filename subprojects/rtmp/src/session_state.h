// SPDX-License-Identifier: LGPL-2.1-or-later
// What a ServerSession is made of. Its functions are in three files:
//   server_session.cpp    the public face: bytes in, decisions, bytes out
//   session_messages.cpp  parts of messages → control messages, media
//   session_commands.cpp  commands
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "answers.h"
#include "chunk_reader.h"
#include "command.h"
#include "handshake.h"
#include "media_buffer.h"
#include "message_assembly.h"
#include "rtmp/server_session.h"

namespace klive::rtmp {

/// One message stream, from createStream to deleteStream.
struct MessageStream {
  enum class Phase {
    kCreated,
    kDeciding,   ///< PublishRequested is out
    kPublished,  ///< media is kept
    kDeleted,    ///< waits for its last take_media()
  };
  uint32_t id = 0;
  Phase phase = Phase::kCreated;
  std::string name;
  MediaBuffer media;
};

struct ServerSession::State {
  enum class Phase {
    kNew,         ///< no connect yet
    kConnecting,  ///< ConnectRequested is out
    kConnected,
    kClosing,  ///< refused or ended by us: input is ignored
  };

  explicit State(Limits with) : limits(with), reader(with.chunk_streams) {}

  // server_session.cpp
  void read(base::ByteView input);
  void hold(base::ByteView input);
  void resume();
  void fail(base::Error error);
  void check_bounds();
  [[nodiscard]] bool is_deciding() const;
  [[nodiscard]] size_t bound() const;
  [[nodiscard]] MessageStream *find_stream(uint32_t id);
  [[nodiscard]] MessageStream *find_published(uint32_t id);

  // session_messages.cpp
  void handle(const MessagePart &part);
  void begin(const MessagePart &part);
  void finish(const MessageHeader &header, base::ByteView payload);
  void release(size_t slot);
  void control_message(const MessageHeader &header, base::ByteView payload);
  void user_control(base::ByteView payload);
  void media_message(const MessageHeader &header, base::ByteView payload);
  void unpublish(MessageStream &stream);

  // session_commands.cpp
  void command_message(const MessageHeader &header, base::ByteView payload);
  void connect(Command command);
  void create_stream(const Command &command);
  void publish(const Command &command, uint32_t message_stream);
  void fc_unpublish(const Command &command);
  void delete_stream(uint32_t id);

  const Limits limits;
  ServerHandshake handshake;
  ChunkReader reader;
  MessageAssembly assembly;
  Answers answers;
  std::deque<Event> events;
  Phase phase = Phase::kNew;
  std::optional<base::Error> failure;
  base::Bytes held;  ///< input that waits for a decision
  std::vector<std::unique_ptr<MessageStream>> streams;
  uint32_t last_stream = 0;  ///< ids are not used twice
  bool authorised = false;
  bool wants_fc_publish = false;

  double connect_transaction = 0;
  double object_encoding = 0;
  amf::Value connect_object;

  uint64_t received = 0;
  uint64_t acknowledged = 0;
  uint32_t peer_window = 2'500'000;  ///< until the peer names its own
};

}  // namespace klive::rtmp
