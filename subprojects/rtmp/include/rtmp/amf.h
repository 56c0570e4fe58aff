// SPDX-License-Identifier: LGPL-2.1-or-later
// AMF values: what RTMP commands are made of. Decoding (AMF0, AMF3) is bounded, encoding is AMF0.
//
//   AMF0: marker:8 | number f64 · boolean u8 · string u16+text · object (name u16+text, value)* 0 0
//   9
//         · null · undefined · reference u16 · ECMA array u32 + object · strict array u32 + values
//         · date f64 s16 · long string u32+text · XML u32+text · typed object name + object · AMF3
//   AMF3: marker:8 | U29 lengths whose lowest bit says "inline" (1) or "reference to an earlier
//   one" (0)
// Adobe AMF 0 (2007), AMF 3 (January 2013).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace klive::rtmp::amf {

enum class Type : uint8_t {
  kUndefined,  ///< also what a reference to an earlier object reads as: commands never need one
  kNull,
  kBoolean,
  kNumber,  ///< AMF3 integers too
  kString,  ///< XML and AMF3 byte arrays too
  kObject,  ///< ECMA arrays and AMF3 dictionaries with string keys too
  kArray,
  kDate,  ///< `number` is milliseconds since 1970
};

/// Plain value.
struct Value {
  Type type = Type::kUndefined;
  double number = 0;  ///< also 0 or 1 for booleans
  std::string text{};
  std::vector<std::string> names{};  ///< objects: the names of `items`
  std::vector<Value> items{};        ///< objects and arrays

  static Value null() { return {.type = Type::kNull}; }
  static Value boolean(bool value) { return {.type = Type::kBoolean, .number = value ? 1.0 : 0.0}; }
  static Value of(double value) { return {.type = Type::kNumber, .number = value}; }
  static Value of(std::string_view value) {
    return {.type = Type::kString, .text = std::string(value)};
  }
  static Value object() { return {.type = Type::kObject}; }
  static Value array() { return {.type = Type::kArray}; }

  /// For objects. Returns the object, so that calls chain.
  Value &set(std::string_view name, Value value);
  Value &set(std::string_view name, std::string_view value) { return set(name, of(value)); }
  Value &set(std::string_view name, double value) { return set(name, of(value)); }
  /// The named item of an object, nullptr when absent.
  [[nodiscard]] const Value *find(std::string_view name) const;
  /// The named item's text, empty when it is absent or no string.
  [[nodiscard]] std::string_view text_at(std::string_view name) const;

  friend bool operator==(const Value &, const Value &) = default;
};

/// What one decode() call accepts. Passing a bound is an error of code kTooLarge.
struct DecodeLimits {
  size_t string_size = 4096;
  size_t depth = 16;
  size_t values = 1024;           ///< values altogether, nested ones included
  size_t text_size = 256 * 1024;  ///< bytes of all strings together: AMF3 may repeat one by
                                  ///< reference
};

/// Reads AMF0 values (with AMF3 ones where the AMF0 marker 0x11 says so) to the end of `bytes`.
[[nodiscard]] base::Result<std::vector<Value>> decode(base::ByteView bytes,
                                                      const DecodeLimits &limits = {});
/// Reads AMF3 values to the end of `bytes`.
[[nodiscard]] base::Result<std::vector<Value>> decode_amf3(base::ByteView bytes,
                                                           const DecodeLimits &limits = {});
/// Appends one value as AMF0. Dates lose their time zone, which AMF0 says to be 0.
void encode(base::Bytes &out, const Value &value);

}  // namespace klive::rtmp::amf
