// SPDX-License-Identifier: LGPL-2.1-or-later
// The two AMF decoders and the bounds they share.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "rtmp/amf.h"

namespace klive::rtmp::amf {

/// What is left of the limits of one decode() call. The first refusal stays.
class Budget {
 public:
  explicit Budget(const DecodeLimits &limits) : limits_(limits) {}

  bool value() {
    if (++values_ > limits_.values) refuse("more AMF values than allowed");
    return ok();
  }
  bool text(size_t size) {
    if (size > limits_.string_size) refuse("an AMF string is longer than allowed");
    text_ += size;
    if (text_ > limits_.text_size) refuse("the AMF strings are longer than allowed altogether");
    return ok();
  }
  bool depth(size_t depth) {
    if (depth > limits_.depth) refuse("AMF values are nested deeper than allowed");
    return ok();
  }
  [[nodiscard]] bool ok() const { return refusal_.empty(); }
  [[nodiscard]] const std::string &refusal() const { return refusal_; }

 private:
  void refuse(const char *sentence) {
    if (refusal_.empty()) refusal_ = sentence;
  }
  const DecodeLimits &limits_;
  size_t values_ = 0;
  size_t text_ = 0;
  std::string refusal_;
};

/// Reads one AMF0 value; a failure shows in reader.ok() or budget.ok(). Thread-bound.
class Amf0Decoder {
 public:
  Amf0Decoder(base::ByteReader &reader, Budget &budget) : reader_(reader), budget_(budget) {}
  Value value(size_t depth);

 private:
  Value members(size_t depth);
  Value strict_array(size_t depth);
  std::string text(size_t size);

  base::ByteReader &reader_;
  Budget &budget_;
};

/// Reads AMF3 values that share one set of reference tables. Thread-bound.
class Amf3Decoder {
 public:
  Amf3Decoder(base::ByteReader &reader, Budget &budget) : reader_(reader), budget_(budget) {}
  Value value(size_t depth);

 private:
  struct Traits {
    bool dynamic = false;
    bool externalizable = false;
    std::vector<std::string> names;
  };

  [[nodiscard]] bool ok() const { return reader_.ok() && budget_.ok(); }
  uint32_t u29();
  std::string text();
  std::string raw(size_t size);
  Value date();
  Value byte_array();
  Value array(size_t depth);
  Value object(size_t depth);
  Value numbers(size_t width, bool is_double, bool is_signed);
  Value object_vector(size_t depth);
  Value dictionary(size_t depth);
  const Traits *traits(uint32_t header);
  void dynamic_members(Value &object, size_t depth);

  base::ByteReader &reader_;
  Budget &budget_;
  std::vector<std::string> strings_;
  std::vector<Traits> traits_;
};

}  // namespace klive::rtmp::amf
