// SPDX-License-Identifier: LGPL-2.1-or-later
// AMF0 (Adobe AMF 0 specification, December 2007): decoding and encoding, and Value's helpers.
#include <algorithm>
#include <utility>

#include "amf_decoder.h"

namespace klive::rtmp::amf {

namespace {

enum Marker : uint8_t {
  kMarkerNumber = 0,
  kMarkerBoolean = 1,
  kMarkerString = 2,
  kMarkerObject = 3,
  kMarkerNull = 5,
  kMarkerUndefined = 6,
  kMarkerReference = 7,
  kMarkerEcmaArray = 8,
  kMarkerObjectEnd = 9,
  kMarkerStrictArray = 10,
  kMarkerDate = 11,
  kMarkerLongString = 12,
  kMarkerUnsupported = 13,
  kMarkerXml = 15,
  kMarkerTypedObject = 16,
  kMarkerAmf3 = 17,
};

base::Failure failure(const base::ByteReader &reader, const Budget &budget) {
  if (!budget.ok()) return base::fail(base::ErrorCode::kTooLarge, budget.refusal());
  return base::fail(base::ErrorCode::kInvalid,
                    "malformed AMF near byte " + std::to_string(reader.position()));
}

template <typename Decoder>
base::Result<std::vector<Value>> decode_all(base::ByteView bytes, const DecodeLimits &limits) {
  base::ByteReader reader(bytes);
  Budget budget(limits);
  Decoder decoder(reader, budget);
  std::vector<Value> values;
  while (reader.remaining() > 0) {
    values.push_back(decoder.value(1));
    if (!reader.ok() || !budget.ok()) return failure(reader, budget);
  }
  return values;
}

/// A name or text whose length has 16 bits; what does not fit is cut.
void put_short_text(base::ByteWriter &writer, std::string_view text) {
  text = text.substr(0, 0xffff);
  writer.u16(static_cast<uint16_t>(text.size()));
  writer.text(text);
}

}  // namespace

Value &Value::set(std::string_view name, Value value) {
  names.emplace_back(name);
  items.push_back(std::move(value));
  return *this;
}

const Value *Value::find(std::string_view name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? nullptr : &items[static_cast<size_t>(found - names.begin())];
}

std::string_view Value::text_at(std::string_view name) const {
  const Value *item = find(name);
  return item && item->type == Type::kString ? std::string_view(item->text) : std::string_view();
}

std::string Amf0Decoder::text(size_t size) {
  if (!budget_.text(size)) return {};
  return std::string(reader_.text(size));
}

Value Amf0Decoder::members(size_t depth) {
  Value object = Value::object();
  while (reader_.ok() && budget_.ok()) {
    const size_t size = reader_.u16();
    if (size == 0) {
      if (reader_.u8() != kMarkerObjectEnd) reader_.mark_bad();
      break;
    }
    std::string name = text(size);
    if (!reader_.ok() || !budget_.ok()) break;
    object.names.push_back(std::move(name));
    object.items.push_back(value(depth + 1));
  }
  return object;
}

Value Amf0Decoder::strict_array(size_t depth) {
  Value array = Value::array();
  // The count is the sender's word only: nothing is reserved for it.
  for (uint32_t left = reader_.u32(); left > 0 && reader_.ok() && budget_.ok(); --left) {
    array.items.push_back(value(depth + 1));
  }
  return array;
}

Value Amf0Decoder::value(size_t depth) {
  if (!budget_.value() || !budget_.depth(depth)) return {};
  switch (reader_.u8()) {
    case kMarkerNumber:
      return Value::of(reader_.f64());
    case kMarkerBoolean:
      return Value::boolean(reader_.u8() != 0);
    case kMarkerString:
      return {.type = Type::kString, .text = text(reader_.u16())};
    case kMarkerLongString:
    case kMarkerXml:
      return {.type = Type::kString, .text = text(reader_.u32())};
    case kMarkerObject:
      return members(depth);
    case kMarkerTypedObject:
      text(reader_.u16());  // the class name: nothing here depends on it
      return members(depth);
    case kMarkerEcmaArray:
      reader_.skip(4);  // a hint that senders get wrong; the end marker counts
      return members(depth);
    case kMarkerStrictArray:
      return strict_array(depth);
    case kMarkerDate: {
      Value date{.type = Type::kDate, .number = reader_.f64()};
      reader_.skip(2);
      return date;
    }
    case kMarkerNull:
      return Value::null();
    case kMarkerUndefined:
    case kMarkerUnsupported:
      return {};
    case kMarkerReference:
      reader_.skip(2);
      return {};
    case kMarkerAmf3:
      // Each such value has reference tables of its own (AMF 3, section 4.1).
      return Amf3Decoder(reader_, budget_).value(depth);
    default:
      reader_.mark_bad();
      return {};
  }
}

base::Result<std::vector<Value>> decode(base::ByteView bytes, const DecodeLimits &limits) {
  return decode_all<Amf0Decoder>(bytes, limits);
}

base::Result<std::vector<Value>> decode_amf3(base::ByteView bytes, const DecodeLimits &limits) {
  return decode_all<Amf3Decoder>(bytes, limits);
}

void encode(base::Bytes &out, const Value &value) {
  base::ByteWriter writer(out);
  switch (value.type) {
    case Type::kUndefined:
      writer.u8(kMarkerUndefined);
      break;
    case Type::kNull:
      writer.u8(kMarkerNull);
      break;
    case Type::kBoolean:
      writer.u8(kMarkerBoolean);
      writer.u8(value.number != 0);
      break;
    case Type::kNumber:
      writer.u8(kMarkerNumber);
      writer.f64(value.number);
      break;
    case Type::kDate:
      writer.u8(kMarkerDate);
      writer.f64(value.number);
      writer.u16(0);
      break;
    case Type::kString:
      if (value.text.size() <= 0xffff) {
        writer.u8(kMarkerString);
        put_short_text(writer, value.text);
      } else {
        writer.u8(kMarkerLongString);
        writer.u32(static_cast<uint32_t>(value.text.size()));
        writer.text(value.text);
      }
      break;
    case Type::kObject:
      writer.u8(kMarkerObject);
      for (size_t i = 0; i < value.items.size() && i < value.names.size(); ++i) {
        if (value.names[i].empty()) continue;  // AMF3 knows such members; here they end the object
        put_short_text(writer, value.names[i]);
        encode(out, value.items[i]);
      }
      writer.u16(0);
      writer.u8(kMarkerObjectEnd);
      break;
    case Type::kArray:
      writer.u8(kMarkerStrictArray);
      writer.u32(static_cast<uint32_t>(value.items.size()));
      for (const Value &item : value.items) encode(out, item);
      break;
  }
}

}  // namespace klive::rtmp::amf
