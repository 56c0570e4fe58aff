// SPDX-License-Identifier: LGPL-2.1-or-later
// The server session's messages: collecting their parts, control messages, media.
#include <algorithm>
#include <utility>

#include "data_message.h"
#include "session_state.h"

namespace klive::rtmp {

namespace {

enum UserControlEvent : uint16_t { kPingRequest = 6 };

bool is_media(uint8_t type) { return type == kAudio || type == kVideo; }
bool is_data(uint8_t type) { return type == kDataAmf0 || type == kDataAmf3 || type == kAggregate; }
bool is_command(uint8_t type) { return type == kCommandAmf0 || type == kCommandAmf3; }
bool is_control(uint8_t type) { return type >= kSetChunkSize && type <= kSetPeerBandwidth; }

}  // namespace

void ServerSession::State::handle(const MessagePart &part) {
  if (part.first) begin(part);
  if (failure) return;
  MessageAssembly::Slot &slot = assembly.at(part.slot);
  switch (slot.destination) {
    case Destination::kDiscard:
      return;
    case Destination::kInPlace: {
      MessageStream *stream = find_published(slot.message_stream);
      stream->media.append(part.payload);
      if (part.last) {
        stream->media.close();
        slot.destination = Destination::kDiscard;
      }
      return;
    }
    case Destination::kCollect:
      break;
  }
  if (part.first && part.last) {
    slot.destination = Destination::kDiscard;
    finish(part.header, part.payload);
  } else {
    assembly.append(slot, part.payload);
    check_bounds();
    if (!part.last || failure) return;
    finish(part.header, slot.payload);
    assembly.clear(slot);
  }
  check_bounds();
}

/// Chooses where the message goes, and refuses it before its bytes come when it is too long.
void ServerSession::State::begin(const MessagePart &part) {
  release(part.slot);
  const MessageHeader &header = part.header;
  MessageAssembly::Slot &slot = assembly.at(part.slot);
  MessageStream *stream = find_published(header.message_stream);
  const bool is_wanted =
      is_command(header.type) || is_control(header.type) ||
      (stream && header.length > 0 && (is_media(header.type) || is_data(header.type)));
  const bool may_be_large = authorised && !is_command(header.type) && !is_control(header.type);
  const size_t limit = may_be_large ? limits.message_size : limits.unauthorised_bytes;
  if (header.length > limit) {
    fail({base::ErrorCode::kTooLarge, "a message of " + std::to_string(header.length) +
                                          " bytes arrived; the limit is " + std::to_string(limit)});
    return;
  }
  if (!is_wanted) return;
  slot.message_stream = header.message_stream;
  slot.destination = Destination::kCollect;
  if (is_media(header.type) &&
      stream->media.open(static_cast<TagType>(header.type), header.timestamp, header.length)) {
    slot.destination = Destination::kInPlace;
  }
}

/// Gives up the unfinished message of a chunk stream.
void ServerSession::State::release(size_t index) {
  MessageAssembly::Slot &slot = assembly.at(index);
  if (slot.destination == Destination::kInPlace) {
    if (MessageStream *stream = find_published(slot.message_stream)) stream->media.drop();
  }
  assembly.clear(slot);
}

void ServerSession::State::finish(const MessageHeader &header, base::ByteView payload) {
  if (is_command(header.type)) return command_message(header, payload);
  if (is_control(header.type)) return control_message(header, payload);
  media_message(header, payload);
}

void ServerSession::State::control_message(const MessageHeader &header, base::ByteView payload) {
  if (header.type == kUserControl) return user_control(payload);
  base::ByteReader reader_of_payload(payload);
  const uint32_t value = reader_of_payload.u32();
  if (!reader_of_payload.ok()) {
    fail({base::ErrorCode::kInvalid,
          "a control message of type " + std::to_string(header.type) + " is too short"});
    return;
  }
  switch (header.type) {
    case kSetChunkSize:
      if (value == 0 || value > 0x7fffffff) {
        fail({base::ErrorCode::kInvalid, "chunk size " + std::to_string(value) + " is impossible"});
        return;
      }
      reader.set_chunk_size(std::min(value, kMaxChunkSize));
      return;
    case kAbort:
      if (const auto slot = reader.abort(value)) release(*slot);
      return;
    case kWindowAckSize:
      if (value > 0) peer_window = value;
      return;
    case kSetPeerBandwidth:
      // Section 5.4.5: the answer is our own window.
      answers.window_size(value);
      return;
    default:
      return;  // the peer's acknowledgements of the little that we send
  }
}

void ServerSession::State::user_control(base::ByteView payload) {
  base::ByteReader event(payload);
  const uint16_t type = event.u16();
  const uint32_t value = event.u32();
  if (type == kPingRequest && event.ok()) answers.pong(value);
}

void ServerSession::State::media_message(const MessageHeader &header, base::ByteView payload) {
  MessageStream *stream = find_published(header.message_stream);
  if (!stream) return;
  if (is_media(header.type)) {
    stream->media.add(static_cast<TagType>(header.type), header.timestamp, payload);
  } else if (header.type != kAggregate) {
    if (const auto body = script_body(header.type, payload)) {
      stream->media.add(TagType::kScript, header.timestamp, *body);
    }
  } else {
    auto messages = split_aggregate(header.timestamp, payload);
    if (!messages) return fail(std::move(messages).error());
    for (const SubMessage &message : *messages) {
      if (message.body.empty() || message.type == kAggregate) continue;
      if (!is_media(message.type) && !is_data(message.type)) continue;
      media_message({.type = message.type,
                     .timestamp = message.timestamp,
                     .message_stream = header.message_stream},
                    message.body);
    }
  }
  if (stream->media.held() - stream->media.ready() > 2 * limits.message_size) {
    fail({base::ErrorCode::kTooLarge, "a message stays unfinished while others pile up behind it"});
  }
}

void ServerSession::State::unpublish(MessageStream &stream) {
  for (MessageAssembly::Slot &slot : assembly.slots()) {
    if (slot.destination == Destination::kInPlace && slot.message_stream == stream.id) {
      slot.destination = Destination::kDiscard;
    }
  }
  stream.media.drop();
  stream.phase = MessageStream::Phase::kCreated;
}

}  // namespace klive::rtmp
