// SPDX-License-Identifier: LGPL-2.1-or-later
// The encoder's side of a connection.
#include "rtmp/client_session.h"

#include <algorithm>
#include <utility>

#include "chunk_reader.h"
#include "chunk_writer.h"
#include "command.h"
#include "handshake.h"
#include "message_assembly.h"

namespace klive::rtmp {

namespace {
constexpr uint8_t kCommandChunkStream = 3;
constexpr uint8_t kAudioChunkStream = 4;
constexpr uint8_t kVideoChunkStream = 6;
constexpr double kConnectTransaction = 1;
constexpr double kReleaseTransaction = 2;
constexpr double kFcPublishTransaction = 3;
constexpr double kCreateTransaction = 4;
constexpr double kPublishTransaction = 5;
constexpr size_t kChunkStreams = 64;
}  // namespace

struct ClientSession::State {
  explicit State(Settings with)
      : settings(std::move(with)), handshake(settings.digest_handshake), reader(kChunkStreams) {}

  base::Result<void> handle(const MessagePart &part);
  base::Result<void> message(const MessageHeader &header, base::ByteView payload);
  void answer(const Command &command);
  void refuse(const amf::Value &information);
  void send_connect();
  void send_create();
  void send(uint32_t message_stream, std::string_view name, double transaction,
            std::vector<amf::Value> arguments);

  const Settings settings;
  ClientHandshake handshake;
  ChunkReader reader;
  ChunkWriter writer;
  MessageAssembly assembly;
  base::Bytes output;
  Phase phase = Phase::kHandshake;
  Refusal refusal;
  uint32_t message_stream = 0;
};

ClientSession::ClientSession(Settings settings)
    : state_(std::make_unique<State>(std::move(settings))) {
  state_->handshake.start(state_->output);
}
ClientSession::~ClientSession() = default;
ClientSession::ClientSession(ClientSession &&) noexcept = default;
ClientSession &ClientSession::operator=(ClientSession &&) noexcept = default;

base::Result<void> ClientSession::feed(base::ByteView bytes) {
  if (!state_->handshake.done()) {
    if (auto result = state_->handshake.read(bytes, state_->output); !result) return result;
    if (!state_->handshake.done()) return {};
    state_->send_connect();
  }
  for (;;) {
    auto part = state_->reader.read(bytes);
    if (!part) return base::fail(std::move(part).error());
    if (!*part) return {};
    if (auto result = state_->handle(**part); !result) return result;
  }
}

base::Bytes ClientSession::take_output() { return std::exchange(state_->output, {}); }
ClientSession::Phase ClientSession::phase() const { return state_->phase; }
const Refusal &ClientSession::refusal() const { return state_->refusal; }

void ClientSession::send_tag(TagType type, uint32_t timestamp, base::ByteView body) {
  const MessageHeader header{.type = static_cast<uint8_t>(type),
                             .timestamp = timestamp,
                             .message_stream = state_->message_stream};
  if (type != TagType::kScript) {
    const uint8_t stream = type == TagType::kAudio ? kAudioChunkStream : kVideoChunkStream;
    state_->writer.write(state_->output, stream, header, body);
    return;
  }
  base::Bytes wrapped;
  amf::encode(wrapped, amf::Value::of("@setDataFrame"));
  base::append(wrapped, body);
  state_->writer.write(state_->output, kAudioChunkStream, header, wrapped);
}

void ClientSession::unpublish() {
  const auto stream = static_cast<double>(state_->message_stream);
  state_->send(0, "FCUnpublish", 6,
               {amf::Value::null(), amf::Value::of(state_->settings.stream_name)});
  state_->send(0, "deleteStream", 7, {amf::Value::null(), amf::Value::of(stream)});
  state_->phase = Phase::kEnded;
}

base::Result<void> ClientSession::State::handle(const MessagePart &part) {
  MessageAssembly::Slot &slot = assembly.at(part.slot);
  if (part.first) assembly.clear(slot);
  assembly.append(slot, part.payload);
  if (!part.last) return {};
  auto result = message(part.header, slot.payload);
  assembly.clear(slot);
  return result;
}

base::Result<void> ClientSession::State::message(const MessageHeader &header,
                                                 base::ByteView payload) {
  if (header.type == kSetChunkSize) {
    const uint32_t size = base::ByteReader(payload).u32();
    if (size == 0) return base::fail(base::ErrorCode::kInvalid, "the server set chunk size 0");
    reader.set_chunk_size(std::min(size, kMaxChunkSize));
  }
  if (header.type != kCommandAmf0 && header.type != kCommandAmf3) return {};
  auto command = parse_command(header.type, payload, {});
  if (!command) return base::fail(std::move(command).error());
  answer(*command);
  return {};
}

void ClientSession::State::answer(const Command &command) {
  const amf::Value &information = command.argument(1);
  if (command.name == "_error" ||
      (command.name == "onStatus" && information.text_at("level") == "error")) {
    return refuse(information);
  }
  if (command.name == "onStatus") {
    if (information.text_at("code") == "NetStream.Publish.Start") phase = Phase::kPublished;
    return;
  }
  if (command.name != "_result") return;
  if (command.transaction == kConnectTransaction && phase == Phase::kConnecting) {
    send_create();
  } else if (command.transaction == kCreateTransaction && phase == Phase::kCreating) {
    message_stream = static_cast<uint32_t>(std::clamp(information.number, 0.0, 4294967295.0));
    send(message_stream, "publish", kPublishTransaction,
         {amf::Value::null(), amf::Value::of(settings.stream_name), amf::Value::of("live")});
    phase = Phase::kPublishing;
  }
}

void ClientSession::State::refuse(const amf::Value &information) {
  if (phase == Phase::kRefused) return;
  phase = Phase::kRefused;
  refusal = {std::string(information.text_at("code")),
             std::string(information.text_at("description"))};
}

void ClientSession::State::send(uint32_t stream, std::string_view name, double transaction,
                                std::vector<amf::Value> arguments) {
  base::Bytes payload;
  amf::encode(payload, amf::Value::of(name));
  amf::encode(payload, amf::Value::of(transaction));
  for (const amf::Value &argument : arguments) amf::encode(payload, argument);
  writer.write(output, kCommandChunkStream, {.type = kCommandAmf0, .message_stream = stream},
               payload);
}

void ClientSession::State::send_connect() {
  amf::Value object = amf::Value::object();
  object.set("app", settings.app).set("type", "nonprivate");
  object.set("flashVer", settings.flash_version).set("tcUrl", settings.tc_url);
  if (settings.enhanced) {
    amf::Value codecs = amf::Value::array();
    amf::Value map = amf::Value::object();
    for (const std::string_view codec : {"avc1", "hvc1"}) {
      codecs.items.push_back(amf::Value::of(codec));
      map.set(codec, 2);  // CanEncode
    }
    object.set("fourCcList", std::move(codecs)).set("videoFourCcInfoMap", std::move(map));
    object.set("capsEx", 2);
  }
  writer.set_chunk_size(output, settings.chunk_size);
  send(0, "connect", kConnectTransaction, {std::move(object)});
  phase = Phase::kConnecting;
}

void ClientSession::State::send_create() {
  const amf::Value name = amf::Value::of(settings.stream_name);
  send(0, "releaseStream", kReleaseTransaction, {amf::Value::null(), name});
  send(0, "FCPublish", kFcPublishTransaction, {amf::Value::null(), name});
  send(0, "createStream", kCreateTransaction, {amf::Value::null()});
  phase = Phase::kCreating;
}

}  // namespace klive::rtmp
