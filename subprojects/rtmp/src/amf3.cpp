// SPDX-License-Identifier: LGPL-2.1-or-later
// AMF3 decoding (Adobe AMF 3 specification, January 2013).
//
//   U29: 1 to 4 bytes, 7 bits each, the highest bit says that another byte follows; the 4th has 8
//   string:  U29 = size << 1 | 1, text         or  index << 1
//   object:  U29 = index << 1                  a whole earlier object
//            U29 = traits index << 2 | 01      same class as an earlier object
//            U29 = …111                        externalizable: a body only its class can read
//            U29 = count << 4 | dynamic << 3 | 011, class name, count names, count values,
//                  then (name, value)* "" when dynamic
#include <utility>

#include "amf_decoder.h"

namespace klive::rtmp::amf {

namespace {

enum Marker : uint8_t {
  kUndefined = 0,
  kNull = 1,
  kFalse = 2,
  kTrue = 3,
  kInteger = 4,
  kDouble = 5,
  kString = 6,
  kXmlDocument = 7,
  kDate = 8,
  kArray = 9,
  kObject = 10,
  kXml = 11,
  kByteArray = 12,
  kVectorInt = 13,
  kVectorUint = 14,
  kVectorDouble = 15,
  kVectorObject = 16,
  kDictionary = 17,
};

bool is_reference(uint32_t header) { return (header & 1) == 0; }

}  // namespace

uint32_t Amf3Decoder::u29() {
  uint32_t value = 0;
  for (int i = 0; i < 3; ++i) {
    const uint8_t byte = reader_.u8();
    value = value << 7 | (byte & 0x7fu);
    if (byte < 0x80) return value;
  }
  return value << 8 | reader_.u8();
}

std::string Amf3Decoder::raw(size_t size) {
  if (!budget_.text(size)) return {};
  return std::string(reader_.text(size));
}

std::string Amf3Decoder::text() {
  const uint32_t header = u29();
  if (is_reference(header)) {
    const size_t index = header >> 1;
    if (index >= strings_.size()) {
      reader_.mark_bad();
      return {};
    }
    return budget_.text(strings_[index].size()) ? strings_[index] : std::string();
  }
  std::string text = raw(header >> 1);
  if (!text.empty() && ok()) strings_.push_back(text);  // the empty string is never referenced
  return text;
}

Value Amf3Decoder::date() {
  if (is_reference(u29())) return {};
  return {.type = Type::kDate, .number = reader_.f64()};
}

Value Amf3Decoder::byte_array() {
  const uint32_t header = u29();
  if (is_reference(header)) return {};
  return {.type = Type::kString, .text = raw(header >> 1)};
}

void Amf3Decoder::dynamic_members(Value &object, size_t depth) {
  while (ok()) {
    std::string name = text();
    if (name.empty() || !ok()) return;
    object.names.push_back(std::move(name));
    object.items.push_back(value(depth + 1));
  }
}

Value Amf3Decoder::array(size_t depth) {
  const uint32_t header = u29();
  if (is_reference(header)) return {};
  Value named = Value::object();
  dynamic_members(named, depth);
  if (header >> 1 == 0 && !named.items.empty()) return named;
  Value dense = Value::array();
  for (uint32_t left = header >> 1; left > 0 && ok(); --left) {
    dense.items.push_back(value(depth + 1));
  }
  return dense;
}

const Amf3Decoder::Traits *Amf3Decoder::traits(uint32_t header) {
  if ((header & 2) == 0) {
    const size_t index = header >> 2;
    if (index < traits_.size()) return &traits_[index];
    reader_.mark_bad();
    return nullptr;
  }
  Traits traits;
  traits.externalizable = (header & 4) != 0;
  traits.dynamic = (header & 8) != 0;
  text();  // the class name: nothing here depends on it
  if (!traits.externalizable) {
    for (uint32_t left = header >> 4; left > 0 && ok(); --left) {
      // A name costs as much memory as a small value and no more bytes than one.
      if (budget_.value()) traits.names.push_back(text());
    }
  }
  if (!ok()) return nullptr;
  traits_.push_back(std::move(traits));
  return &traits_.back();
}

Value Amf3Decoder::object(size_t depth) {
  const uint32_t header = u29();
  if (is_reference(header)) return {};
  const Traits *found = traits(header);
  if (!found) return {};
  if (found->externalizable) {
    reader_.mark_bad();
    return {};
  }
  const Traits traits = *found;  // a member may add traits and move the table
  Value object = Value::object();
  for (const std::string &name : traits.names) {
    if (!ok() || !budget_.text(name.size())) return {};
    object.names.push_back(name);
    object.items.push_back(value(depth + 1));
  }
  if (traits.dynamic) dynamic_members(object, depth);
  return object;
}

Value Amf3Decoder::numbers(size_t width, bool is_double, bool is_signed) {
  const uint32_t header = u29();
  if (is_reference(header)) return {};
  reader_.skip(1);  // "fixed length": of no use to a reader
  Value array = Value::array();
  if (size_t{header >> 1} * width > reader_.remaining()) {
    reader_.mark_bad();
    return {};
  }
  for (uint32_t left = header >> 1; left > 0 && ok() && budget_.value(); --left) {
    if (is_double) {
      array.items.push_back(Value::of(reader_.f64()));
    } else {
      const uint32_t bits = reader_.u32();
      array.items.push_back(
          Value::of(is_signed ? static_cast<double>(static_cast<int32_t>(bits)) : bits));
    }
  }
  return array;
}

Value Amf3Decoder::object_vector(size_t depth) {
  const uint32_t header = u29();
  if (is_reference(header)) return {};
  reader_.skip(1);
  text();  // the type's name
  Value array = Value::array();
  for (uint32_t left = header >> 1; left > 0 && ok(); --left) {
    array.items.push_back(value(depth + 1));
  }
  return array;
}

Value Amf3Decoder::dictionary(size_t depth) {
  const uint32_t header = u29();
  if (is_reference(header)) return {};
  reader_.skip(1);  // "weak keys"
  Value object = Value::object();
  for (uint32_t left = header >> 1; left > 0 && ok(); --left) {
    Value key = value(depth + 1);
    Value item = value(depth + 1);
    if (key.type != Type::kString) continue;
    object.names.push_back(std::move(key.text));
    object.items.push_back(std::move(item));
  }
  return object;
}

Value Amf3Decoder::value(size_t depth) {
  if (!budget_.value() || !budget_.depth(depth)) return {};
  switch (reader_.u8()) {
    case kUndefined:
      return {};
    case kNull:
      return Value::null();
    case kFalse:
      return Value::boolean(false);
    case kTrue:
      return Value::boolean(true);
    case kInteger: {
      const uint32_t bits = u29();  // 29 bits, two's complement
      return Value::of(bits & 0x10000000u ? static_cast<double>(bits) - 0x20000000 : bits);
    }
    case kDouble:
      return Value::of(reader_.f64());
    case kString:
      return {.type = Type::kString, .text = text()};
    case kXmlDocument:
    case kXml:
    case kByteArray:
      return byte_array();
    case kDate:
      return date();
    case kArray:
      return array(depth);
    case kObject:
      return object(depth);
    case kVectorInt:
      return numbers(4, false, true);
    case kVectorUint:
      return numbers(4, false, false);
    case kVectorDouble:
      return numbers(8, true, true);
    case kVectorObject:
      return object_vector(depth);
    case kDictionary:
      return dictionary(depth);
    default:
      reader_.mark_bad();
      return {};
  }
}

}  // namespace klive::rtmp::amf
