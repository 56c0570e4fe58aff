// SPDX-License-Identifier: LGPL-2.1-or-later
// A strict look at JSON text before a recursive parser gets it.
#include "json_check.h"

#include <glib.h>

#include <optional>
#include <string>
#include <vector>

namespace klive::kaltura {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

constexpr size_t kMaxNumber = 40;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// One pass without recursion: `open_` holds the brackets around the current place.
class Checker {
 public:
  Checker(std::string_view text, const JsonLimits &limits) : text_(text), limits_(limits) {}

  Result<void> run() {
    if (!g_utf8_validate_len(text_.data(), text_.size(), nullptr)) return bad("text is not UTF-8");
    for (;;) {
      skip_space();
      bool opened = false;
      if (auto read = read_value(&opened); !read) return read;
      if (opened) continue;
      if (auto closed = close_values(); !closed) return closed;
      if (open_.empty()) break;
    }
    if (at_ != text_.size()) return bad("something follows the value");
    return {};
  }

 private:
  base::Failure bad(const std::string &what) const {
    return fail(ErrorCode::kInvalid, "JSON, character " + std::to_string(at_) + ": " + what);
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }

  /// A scalar, an empty bracket pair, or (`opened`) a bracket and what stands before its first
  /// value.
  Result<void> read_value(bool *opened) {
    switch (peek()) {
      case '{':
      case '[':
        return open(opened);
      case '"':
        return read_string();
      case 't':
        return read_word("true");
      case 'f':
        return read_word("false");
      case 'n':
        return read_word("null");
      default:
        return read_number();
    }
  }

  Result<void> open(bool *opened) {
    const char bracket = text_[at_++];
    if (open_.size() >= limits_.depth) {
      return fail(ErrorCode::kTooLarge,
                  "JSON nests deeper than " + std::to_string(limits_.depth) + " levels");
    }
    skip_space();
    if (take(bracket == '{' ? '}' : ']')) return {};
    open_.push_back(bracket);
    *opened = true;
    return begin_member();
  }

  Result<void> begin_member() {
    if (++members_ > limits_.members) {
      return fail(ErrorCode::kTooLarge,
                  "JSON has more than " + std::to_string(limits_.members) + " members");
    }
    if (open_.back() == '[') return {};
    skip_space();
    if (peek() != '"') return bad("a member's name in quotes was needed");
    if (auto name = read_string(); !name) return name;
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
      if (!take(open_.back() == '{' ? '}' : ']')) return bad("a ',' or a bracket was needed");
      open_.pop_back();
    }
  }

  Result<void> read_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return bad("a value was needed");
    at_ += word.size();
    return {};
  }

  Result<void> read_number() {
    const size_t begin = at_;
    take('-');
    if (!is_digit(peek())) return bad("a value was needed");
    if (!take('0')) skip_digits();
    if (take('.')) {
      if (!is_digit(peek())) return bad("a digit was needed");
      skip_digits();
    }
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!is_digit(peek())) return bad("a digit was needed");
      skip_digits();
    }
    if (at_ - begin > kMaxNumber) return bad("the number is too long");
    return {};
  }
  void skip_digits() {
    while (is_digit(peek())) ++at_;
  }

  Result<void> read_string() {
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (static_cast<unsigned char>(c) < 0x20) return bad("a control character in a string");
      ++at_;
      if (c == '"') return {};
      if (c == '\\') {
        if (auto escape = read_escape(); !escape) return escape;
      }
    }
    return bad("a string has no end");
  }

  Result<void> read_escape() {
    const char c = peek();
    ++at_;
    if (c != 'u') {
      constexpr std::string_view kSimple = "\"\\/bfnrt";
      if (c == '\0' || kSimple.find(c) == std::string_view::npos) return bad("an unknown escape");
      return {};
    }
    const auto unit = read_unit();
    if (!unit) return bad("\\u needs four hexadecimal digits");
    if (*unit == 0) return bad("\\u0000 in a string");
    if (*unit < 0xd800 || *unit > 0xdfff) return {};
    if (*unit > 0xdbff || !take('\\') || !take('u')) return bad("half a surrogate pair");
    const auto low = read_unit();
    if (!low || *low < 0xdc00 || *low > 0xdfff) return bad("half a surrogate pair");
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
  std::string open_;
  size_t at_ = 0, members_ = 0;
};

}  // namespace

Result<void> check_json(std::string_view text, const JsonLimits &limits) {
  return Checker(text, limits).run();
}

}  // namespace klive::kaltura
