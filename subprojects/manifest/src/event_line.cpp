// SPDX-License-Identifier: LGPL-2.1-or-later
// Events as lines of text.
//
//   segment track=v32 segment=42 start=22680000 duration=540000 size=1503212 init=0 discontinuity=0
//   gap=0 crc=5d0f3a91 word    key=value, always all of them, in this order CRC-32 of all before "
//   crc="
#include <array>
#include <charconv>
#include <utility>

#include "base/bytes.h"
#include "fields.h"
#include "manifest/presentation.h"
#include "text.h"

namespace klive::manifest {
namespace {

using base::ErrorCode;
using base::fail;
using base::MediaTime;
using base::Result;

constexpr size_t kLongestLine = 1024;
constexpr std::string_view kCrcKey = " crc=";
constexpr std::array<std::string_view, 3> kKinds = {"video", "audio", "text"};

// CRC-32 of ISO 3309, as in gzip (RFC 1952 section 8).
constexpr auto kCrcTable = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  return table;
}();
uint32_t crc32(std::string_view text) {
  uint32_t crc = ~0u;
  for (const uint8_t byte : base::as_bytes(text)) crc = kCrcTable[(crc ^ byte) & 0xff] ^ (crc >> 8);
  return ~crc;
}
void add_hex(std::string &out, uint32_t value) {
  for (int shift = 28; shift >= 0; shift -= 4) out += "0123456789abcdef"[value >> shift & 0xf];
}

// One description of the fields serves both directions: fields(event, io) names them in order.
class LineWriter {
 public:
  explicit LineWriter(std::string &out) : out_(out) {}
  void field(std::string_view key, const std::string &value) { add(out_, " ", key, "=", value); }
  void field(std::string_view key, const bool &value) { add(out_, " ", key, value ? "=1" : "=0"); }
  void field(std::string_view key, const Kind &value) {
    add(out_, " ", key, "=", kKinds[static_cast<size_t>(value)]);
  }
  void field(std::string_view key, const MediaTime &value) { field(key, value.ns); }
  // "12@60000000000", or "none".
  void field(std::string_view key, const std::optional<Stretch> &value) {
    if (value) {
      add(out_, " ", key, "=", value->first, "@", value->start.ns);
    } else {
      add(out_, " ", key, "=none");
    }
  }
  template <std::integral T>
  void field(std::string_view key, const T &value) {
    add(out_, " ", key, "=", value);
  }

 private:
  std::string &out_;
};

class LineReader {
 public:
  explicit LineReader(std::string_view rest) : rest_(rest) {}
  [[nodiscard]] bool ok() const { return ok_ && rest_.empty(); }

  void field(std::string_view key, std::string &value) { value = take(key); }
  void field(std::string_view key, bool &value) {
    const std::string_view text = take(key);
    ok_ = ok_ && (text == "0" || text == "1");
    value = text == "1";
  }
  void field(std::string_view key, Kind &value) {
    const std::string_view text = take(key);
    for (size_t i = 0; i < kKinds.size(); ++i) {
      if (kKinds[i] == text) {
        value = static_cast<Kind>(i);
        return;
      }
    }
    ok_ = false;
  }
  void field(std::string_view key, MediaTime &value) { field(key, value.ns); }
  void field(std::string_view key, std::optional<Stretch> &value) {
    const std::string_view text = take(key);
    if (text == "none") return;
    const size_t at = text.find('@');
    ok_ = ok_ && at != 0 && at < text.size() - 1 && at != std::string_view::npos;
    if (!ok_) return;
    const auto first = parse_number<uint32_t>(text.substr(0, at));
    const auto start = parse_number<int64_t>(text.substr(at + 1));
    ok_ = first && start;
    if (ok_) value = Stretch{*first, {*start}};
  }
  template <std::integral T>
  void field(std::string_view key, T &value) {
    const std::string_view text = take(key);
    const auto number = text.empty() ? std::nullopt : parse_number<T>(text);
    ok_ = ok_ && number.has_value();
    value = number.value_or(T{});
  }

 private:
  std::string_view take(std::string_view key) {
    if (!ok_ || rest_.size() < key.size() + 2 || rest_[0] != ' ' ||
        rest_.substr(1, key.size()) != key || rest_[key.size() + 1] != '=') {
      ok_ = false;
      return {};
    }
    rest_.remove_prefix(key.size() + 2);
    const size_t size = std::min(rest_.find(' '), rest_.size());
    const std::string_view value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return value;
  }
  std::string_view rest_;
  bool ok_ = true;
};

template <typename Io, typename E>
void epoch_fields(Io &io, E &e) {
  io.field("wall", e.wall_ns);
}
template <typename Io, typename E>
void session_fields(Io &io, E &e) {
  io.field("segment_target", e.segment_target);
  io.field("chunk_target", e.chunk_target);
  io.field("window", e.window);
}
template <typename Io, typename E>
void init_fields(Io &io, E &e) {
  io.field("track", e.track);
  io.field("kind", e.kind);
  io.field("flavor", e.flavor);
  io.field("backup", e.backup);
  io.field("init", e.init);
  io.field("timescale", e.timescale);
  io.field("codecs", e.codecs);
  io.field("width", e.width);
  io.field("height", e.height);
  io.field("frame_rate_num", e.frame_rate_num);
  io.field("frame_rate_den", e.frame_rate_den);
  io.field("sample_rate", e.sample_rate);
  io.field("channels", e.channels);
  io.field("language", e.language);
  io.field("discontinuities", e.discontinuities);
}
template <typename Io, typename E>
void chunk_fields(Io &io, E &e) {
  io.field("track", e.track);
  io.field("segment", e.segment);
  io.field("chunk", e.chunk);
  io.field("start", e.start);
  io.field("duration", e.duration);
  io.field("samples", e.samples);
  io.field("offset", e.offset);
  io.field("size", e.size);
  io.field("independent", e.independent);
  io.field("discontinuity", e.discontinuity);
  io.field("last", e.last);
}
template <typename Io, typename E>
void segment_fields(Io &io, E &e) {
  io.field("track", e.track);
  io.field("segment", e.segment);
  io.field("start", e.start);
  io.field("duration", e.duration);
  io.field("size", e.size);
  io.field("init", e.init);
  io.field("discontinuity", e.discontinuity);
  io.field("gap", e.gap);
}
template <typename Io, typename E>
void window_fields(Io &io, E &e) {
  io.field("first", e.first);
  io.field("next", e.next);
  io.field("discontinuities", e.discontinuities);
  io.field("stretch", e.stretch);
}
template <typename Io, typename E>
void active_fields(Io &io, E &e) {
  io.field("track", e.track);
  io.field("active", e.active);
}

// clang-format off
template <typename Io> void fields(Io &io, const Epoch &e) { epoch_fields(io, e); }
template <typename Io> void fields(Io &io, Epoch &e) { epoch_fields(io, e); }
template <typename Io> void fields(Io &io, const SessionStarted &e) { session_fields(io, e); }
template <typename Io> void fields(Io &io, SessionStarted &e) { session_fields(io, e); }
template <typename Io> void fields(Io &, const SessionEnded &) {}
template <typename Io> void fields(Io &io, const TrackInit &e) { init_fields(io, e); }
template <typename Io> void fields(Io &io, TrackInit &e) { init_fields(io, e); }
template <typename Io> void fields(Io &io, const ChunkAdded &e) { chunk_fields(io, e); }
template <typename Io> void fields(Io &io, ChunkAdded &e) { chunk_fields(io, e); }
template <typename Io> void fields(Io &io, const SegmentAdded &e) { segment_fields(io, e); }
template <typename Io> void fields(Io &io, SegmentAdded &e) { segment_fields(io, e); }
template <typename Io> void fields(Io &io, const WindowMoved &e) { window_fields(io, e); }
template <typename Io> void fields(Io &io, WindowMoved &e) { window_fields(io, e); }
template <typename Io> void fields(Io &io, const TrackActive &e) { active_fields(io, e); }
template <typename Io> void fields(Io &io, TrackActive &e) { active_fields(io, e); }
// clang-format on

// In the order of Event's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<Event>> kWords = {
    "epoch", "session", "end", "init", "chunk", "segment", "window", "active"};

template <typename T>
Result<Event> read_fields(std::string_view rest) {
  T event;
  LineReader reader(rest);
  fields(reader, event);
  if (!reader.ok()) return fail(ErrorCode::kInvalid, "the line's fields are malformed");
  Event whole(std::move(event));
  if (auto checked = check_event(whole); !checked) return fail(std::move(checked).error());
  return whole;
}

template <size_t... I>
Result<Event> read_word(std::string_view word, std::string_view rest, std::index_sequence<I...>) {
  Result<Event> result = fail(ErrorCode::kInvalid, "the line begins with no known word");
  (void)((kWords[I] == word &&
          (result = read_fields<std::variant_alternative_t<I, Event>>(rest), true)) ||
         ...);
  return result;
}

}  // namespace

std::string write_event(const Event &event) {
  std::string line;
  line.reserve(192);
  line += kWords[event.index()];
  LineWriter writer(line);
  std::visit([&writer](const auto &e) { fields(writer, e); }, event);
  const uint32_t crc = crc32(line);
  line += kCrcKey;
  add_hex(line, crc);
  return line;
}

Result<Event> read_event(std::string_view line) {
  if (line.size() > kLongestLine) return fail(ErrorCode::kTooLarge, "the line is too long");
  constexpr size_t kTail = kCrcKey.size() + 8;
  if (line.size() < kTail || line.substr(line.size() - kTail, kCrcKey.size()) != kCrcKey)
    return fail(ErrorCode::kInvalid, "the line has no checksum at its end");
  const std::string_view front = line.substr(0, line.size() - kTail);
  std::string crc;
  add_hex(crc, crc32(front));
  if (line.substr(line.size() - 8) != crc)
    return fail(ErrorCode::kInvalid, "the line's checksum does not match");
  const size_t word = std::min(front.find(' '), front.size());
  return read_word(front.substr(0, word), front.substr(word),
                   std::make_index_sequence<std::variant_size_v<Event>>());
}

}  // namespace klive::manifest
