// SPDX-License-Identifier: LGPL-2.1-or-later
// The server session's commands (RTMP 1.0, sections 7.2.1 and 7.2.2, and what FMLE added).
#include <algorithm>
#include <string_view>
#include <utility>

#include "capabilities.h"
#include "session_state.h"

namespace klive::rtmp {

namespace {

constexpr std::string_view kCallFailed = "NetConnection.Call.Failed";

/// A peer's own words in our answers and errors: printable and short.
std::string quoted(std::string_view text) {
  std::string out(text.substr(0, 64));
  std::ranges::replace_if(
      out, [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}

/// A message stream id that came as an AMF number; 0, which is never a stream, for nonsense.
uint32_t stream_id(double number) {
  return number >= 1 && number <= 0xffffffff ? static_cast<uint32_t>(number) : 0;
}

}  // namespace

void ServerSession::State::command_message(const MessageHeader &header, base::ByteView payload) {
  const amf::DecodeLimits amf_limits{
      .string_size = limits.string_size, .depth = limits.amf_depth, .values = limits.amf_values};
  auto parsed = parse_command(header.type, payload, amf_limits);
  if (!parsed) return fail(std::move(parsed).error());
  Command &command = *parsed;
  const std::string_view name = command.name;

  if (name == "connect") return connect(std::move(command));
  if (phase == Phase::kNew) {
    return fail(
        {base::ErrorCode::kInvalid, "the command " + quoted(name) + " came before connect"});
  }
  if (name == "createStream") return create_stream(command);
  if (name == "publish") return publish(command, header.message_stream);
  if (name == "closeStream") {
    if (MessageStream *stream = find_published(header.message_stream)) {
      unpublish(*stream);
      answers.on_status(stream->id, "status", "NetStream.Unpublish.Success", "Stop publishing");
      events.push_back(Unpublished{stream->id});
    }
    return;
  }
  if (name == "deleteStream") return delete_stream(stream_id(command.argument(1).number));
  if (name == "FCUnpublish") return fc_unpublish(command);
  if (name == "FCPublish") {
    wants_fc_publish = true;
    return answers.result(command.transaction, {});
  }
  if (name == "releaseStream" || name == "_checkbw") {
    return answers.result(command.transaction, {});
  }
  if (name == "getStreamLength") return answers.result(command.transaction, amf::Value::of(0.0));
  if (name == "play" || name == "play2") {
    return answers.on_status(header.message_stream, "error", "NetStream.Play.StreamNotFound",
                             "This server does not play over RTMP.");
  }
  if (name.starts_with("_") || name == "onStatus") return;  // answers to what we sent
  answers.error(command.transaction, kCallFailed, "Unknown command " + quoted(name) + ".");
}

void ServerSession::State::connect(Command command) {
  if (phase != Phase::kNew) return fail({base::ErrorCode::kInvalid, "a second connect came"});
  if (command.arguments.empty() || command.arguments[0].type != amf::Type::kObject) {
    return fail({base::ErrorCode::kInvalid, "connect came without its object"});
  }
  phase = Phase::kConnecting;
  connect_transaction = command.transaction;
  connect_object = std::move(command.arguments[0]);
  const amf::Value *encoding = connect_object.find("objectEncoding");
  object_encoding = encoding ? encoding->number : 0;
  events.push_back(ConnectRequested{.app = std::string(connect_object.text_at("app")),
                                    .tc_url = std::string(connect_object.text_at("tcUrl")),
                                    .flash_version = quoted(connect_object.text_at("flashVer")),
                                    .object_encoding = object_encoding,
                                    .four_cc_list = four_ccs_of(connect_object)});
}

void ServerSession::State::create_stream(const Command &command) {
  // Deleted streams count until their media is taken, so that an owner who is slow bounds the peer.
  if (streams.size() >= limits.message_streams) {
    return answers.error(command.transaction, kCallFailed, "Too many streams on one connection.");
  }
  streams.push_back(std::make_unique<MessageStream>(MessageStream{.id = ++last_stream}));
  answers.result(command.transaction, amf::Value::of(static_cast<double>(last_stream)));
}

void ServerSession::State::publish(const Command &command, uint32_t message_stream) {
  MessageStream *stream = find_stream(message_stream);
  if (!stream || stream->phase == MessageStream::Phase::kDeleted) {
    answers.on_status(message_stream, "error", "NetStream.Publish.Failed",
                      "publish came before createStream.");
    return fail({base::ErrorCode::kInvalid, "publish came on message stream " +
                                                std::to_string(message_stream) +
                                                ", which createStream did not make"});
  }
  if (stream->phase != MessageStream::Phase::kCreated) {
    return answers.on_status(message_stream, "error", "NetStream.Publish.BadName",
                             "Already publishing on this stream.");
  }
  stream->phase = MessageStream::Phase::kDeciding;
  stream->name = command.argument(1).text;
  events.push_back(PublishRequested{.stream = stream->id, .name = stream->name});
}

void ServerSession::State::fc_unpublish(const Command &command) {
  answers.result(command.transaction, {});
  const std::string &name = command.argument(1).text;
  MessageStream *ended = nullptr;
  size_t published = 0;
  for (const auto &stream : streams) {
    if (stream->phase != MessageStream::Phase::kPublished) continue;
    ++published;
    if (stream->name == name) ended = stream.get();
  }
  // Some encoders name it without the query that they published with.
  if (!ended && published == 1) {
    ended = std::ranges::find(streams, MessageStream::Phase::kPublished, [](const auto &stream) {
              return stream->phase;
            })->get();
  }
  if (!ended) return;
  unpublish(*ended);
  answers.on_status(ended->id, "status", "NetStream.Unpublish.Success", "Stop publishing");
  events.push_back(Unpublished{ended->id});
}

void ServerSession::State::delete_stream(uint32_t id) {
  MessageStream *stream = find_stream(id);
  if (!stream) return;
  const bool was_published = stream->phase == MessageStream::Phase::kPublished;
  if (was_published) {
    unpublish(*stream);
    answers.on_status(id, "status", "NetStream.Unpublish.Success", "Stop publishing");
    events.push_back(Unpublished{id});
  }
  stream->phase = MessageStream::Phase::kDeleted;
  if (stream->media.ready() == 0) {
    std::erase_if(streams, [id](const auto &each) { return each->id == id; });
  }
}

}  // namespace klive::rtmp
