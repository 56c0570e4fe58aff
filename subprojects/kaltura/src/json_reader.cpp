// SPDX-License-Identifier: LGPL-2.1-or-later
// A strict reader of JSON text (RFC 8259), without recursion: the brackets around the current place
// are a stack of the values that they make.
#include <glib.h>

#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "kaltura/value.h"

namespace klive::kaltura {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

constexpr size_t kMaxNumber = 40;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string &out, uint32_t unit) {
  char bytes[6];
  out.append(bytes, static_cast<size_t>(g_unichar_to_utf8(unit, bytes)));
}

class Reader {
 public:
  Reader(std::string_view text, const JsonLimits &limits) : text_(text), limits_(limits) {}

  Result<Value> run() {
    if (!g_utf8_validate_len(text_.data(), text_.size(), nullptr)) return bad("text is not UTF-8");
    for (;;) {
      skip_space();
      if (peek() == '{' || peek() == '[') {
        bool is_empty = false;
        if (auto opened = open(is_empty); !opened) return fail(opened.error());
        if (!is_empty) continue;
      } else {
        auto value = read_scalar();
        if (!value) return value;
        put(*std::move(value));
      }
      if (auto closed = close_values(); !closed) return fail(closed.error());
      if (open_.empty()) break;
    }
    if (at_ != text_.size()) return bad("something follows the value");
    return std::move(root_);
  }

 private:
  /// A bracket that is open: what it makes, and the name of the member that is being read.
  struct Open {
    Value value;
    std::string name;
  };

  base::Failure bad(const std::string &what) const {
    return fail(ErrorCode::kInvalid, "JSON, character " + std::to_string(at_) + ": " + what);
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }

  /// A value is complete: it goes where the innermost bracket wants it.
  void put(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().value.is_array()) {
      open_.back().value.push(std::move(value));
    } else {
      open_.back().value[open_.back().name] = std::move(value);
    }
  }

  Result<void> open(bool &is_empty) {
    const bool is_object = text_[at_++] == '{';
    if (open_.size() >= limits_.depth) {
      return fail(ErrorCode::kTooLarge,
                  "JSON nests deeper than " + std::to_string(limits_.depth) + " levels");
    }
    Value value = is_object ? Value(Value::Object()) : Value(Value::Array());
    skip_space();
    is_empty = take(is_object ? '}' : ']');
    if (is_empty) {
      put(std::move(value));
      return {};
    }
    open_.push_back({std::move(value), {}});
    return begin_member();
  }

  Result<void> begin_member() {
    if (++members_ > limits_.members) {
      return fail(ErrorCode::kTooLarge,
                  "JSON has more than " + std::to_string(limits_.members) + " members");
    }
    if (open_.back().value.is_array()) return {};
    skip_space();
    if (peek() != '"') return bad("a member's name in quotes was needed");
    auto name = read_string();
    if (!name) return fail(name.error());
    open_.back().name = *std::move(name);
    skip_space();
    if (!take(':')) return bad("a ':' was needed");
    return {};
  }

  /// Behind a value: closes brackets until another value begins or none is open.
  Result<void> close_values() {
    for (;;) {
      skip_space();
      if (open_.empty()) return {};
      if (take(',')) return begin_member();
      if (!take(open_.back().value.is_object() ? '}' : ']')) {
        return bad("a ',' or a bracket was needed");
      }
      Value value = std::move(open_.back().value);
      open_.pop_back();
      put(std::move(value));
    }
  }

  Result<Value> read_scalar() {
    switch (peek()) {
      case '"': {
        auto text = read_string();
        if (!text) return fail(text.error());
        return Value(*std::move(text));
      }
      case 't':
        return read_word("true", true);
      case 'f':
        return read_word("false", false);
      case 'n':
        return read_word("null", Value());
      default:
        return read_number();
    }
  }

  Result<Value> read_word(std::string_view word, Value value) {
    if (!text_.substr(at_).starts_with(word)) return bad("a value was needed");
    at_ += word.size();
    return value;
  }

  Result<Value> read_number() {
    const size_t begin = at_;
    take('-');
    if (!is_digit(peek())) return bad("a value was needed");
    if (!take('0')) skip_digits();
    bool is_whole = true;
    if (take('.')) {
      is_whole = false;
      if (!is_digit(peek())) return bad("a digit was needed");
      skip_digits();
    }
    if (take('e') || take('E')) {
      is_whole = false;
      if (!take('+')) take('-');
      if (!is_digit(peek())) return bad("a digit was needed");
      skip_digits();
    }
    if (at_ - begin > kMaxNumber) return bad("the number is too long");
    const char *first = text_.data() + begin, *last = text_.data() + at_;
    int64_t whole = 0;
    if (is_whole && std::from_chars(first, last, whole).ec == std::errc()) return Value(whole);
    double number = 0;
    if (std::from_chars(first, last, number).ec != std::errc()) return bad("the number is too big");
    return Value(number);
  }
  void skip_digits() {
    while (is_digit(peek())) ++at_;
  }

  Result<std::string> read_string() {
    std::string out;
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (static_cast<unsigned char>(c) < 0x20) return bad("a control character in a string");
      ++at_;
      if (c == '"') return out;
      if (c != '\\') {
        out += c;
      } else if (auto escape = read_escape(out); !escape) {
        return fail(escape.error());
      }
    }
    return bad("a string has no end");
  }

  Result<void> read_escape(std::string &out) {
    const char c = peek();
    ++at_;
    if (c != 'u') {
      constexpr std::string_view kEscapes = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
      const size_t which = c == '\0' ? std::string_view::npos : kEscapes.find(c);
      if (which == std::string_view::npos) return bad("an unknown escape");
      out += kMeanings[which];
      return {};
    }
    const auto unit = read_unit();
    if (!unit) return bad("\\u needs four hexadecimal digits");
    if (*unit == 0) return bad("\\u0000 in a string");
    if (*unit < 0xd800 || *unit > 0xdfff) {
      append_utf8(out, *unit);
      return {};
    }
    if (*unit > 0xdbff || !take('\\') || !take('u')) return bad("half a surrogate pair");
    const auto low = read_unit();
    if (!low || *low < 0xdc00 || *low > 0xdfff) return bad("half a surrogate pair");
    append_utf8(out, 0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00));
    return {};
  }

  std::optional<uint32_t> read_unit() {
    uint32_t unit = 0;
    for (int i = 0; i < 4; ++i) {
      const int digit = g_ascii_xdigit_value(peek());
      if (digit < 0) return std::nullopt;
      unit = unit << 4 | static_cast<uint32_t>(digit);
      ++at_;
    }
    return unit;
  }

  std::string_view text_;
  const JsonLimits &limits_;
  std::vector<Open> open_;
  Value root_;
  size_t at_ = 0, members_ = 0;
};

}  // namespace

Result<Value> read_json(std::string_view text, const JsonLimits &limits) {
  return Reader(text, limits).run();
}

}  // namespace klive::kaltura
