// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads init segments: ftyp, and in moov( trak( mdia( mdhd minf( stbl( stsd ) ) ) ) ) the format.
#include <optional>

#include "box_reader.h"
#include "box_writer.h"
#include "cmaf/reader.h"
#include "codecs.h"

namespace klive::cmaf {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

// The only child of that type; more than one is as wrong as none.
Result<base::ByteView> only_child(base::ByteView contents, std::string_view name) {
  std::optional<base::ByteView> found;
  BoxReader boxes(contents);
  for (BoxView box; boxes.next(box);) {
    if (box.type != fourcc(name)) continue;
    if (found) return fail(ErrorCode::kInvalid, "more than one " + std::string(name));
    found = box.contents;
  }
  if (boxes.end() != BoxReader::End::kAll)
    return fail(ErrorCode::kInvalid, "damaged beside " + std::string(name));
  if (!found) return fail(ErrorCode::kInvalid, "no " + std::string(name));
  return *found;
}

Result<base::ByteView> descend(base::ByteView contents,
                               std::initializer_list<std::string_view> path) {
  for (const std::string_view name : path) {
    auto child = only_child(contents, name);
    if (!child) return child;
    contents = *child;
  }
  return contents;
}

struct MediaHeader {
  uint32_t timescale = 0;
  std::string language;
};

Result<MediaHeader> parse_media_header(base::ByteView contents) {
  base::ByteReader in(contents);
  const uint8_t version = in.u8();
  in.skip(3);
  in.skip(version == 1 ? 16 : 8);
  MediaHeader header;
  header.timescale = in.u32();
  in.skip(version == 1 ? 8 : 4);
  const uint16_t packed = in.u16();
  if (!in.ok() || header.timescale == 0) return fail(ErrorCode::kInvalid, "mdhd: damaged");
  for (int shift = 10; shift >= 0; shift -= 5)
    header.language += static_cast<char>((packed >> shift & 31) + 0x60);
  return header;
}

Result<TrackFormat> parse_sample_description(base::ByteView contents) {
  base::ByteReader in(contents);
  in.u32();
  const uint32_t count = in.u32();
  if (!in.ok() || count != 1) return fail(ErrorCode::kInvalid, "stsd: not exactly one entry");
  BoxReader entries(in.rest());
  BoxView entry;
  if (!entries.next(entry)) return fail(ErrorCode::kInvalid, "stsd: entry cut off");
  const CodecRow *row = find_codec_by_entry(entry.type);
  if (row == nullptr) return fail(ErrorCode::kInvalid, "stsd: unknown codec");

  // 6 reserved · data reference 2 · fields of the kind, then boxes (12.1.3.2, 12.2.3.2)
  base::ByteReader fields(entry.contents);
  fields.skip(row->kind == Kind::kVideo ? 78 : 28);
  if (!fields.ok()) return fail(ErrorCode::kInvalid, "stsd: entry cut off");
  BoxReader boxes(fields.rest());
  for (BoxView box; boxes.next(box);) {
    if (box.type != row->config) continue;
    auto config = row->read_config != nullptr
                      ? row->read_config(box.contents)
                      : Result<base::Bytes>(base::Bytes(box.contents.begin(), box.contents.end()));
    if (!config) return fail(std::move(config).error());
    return make_format(row->codec, *config);
  }
  return fail(ErrorCode::kInvalid, "stsd: no decoder configuration");
}

}  // namespace

Result<TrackFormat> read_init(base::ByteView init) {
  auto types = only_child(init, "ftyp");
  if (!types) return fail(std::move(types).error());
  auto media = descend(init, {"moov", "trak", "mdia"});
  if (!media) return fail(std::move(media).error());
  auto header_box = only_child(*media, "mdhd");
  if (!header_box) return fail(std::move(header_box).error());
  auto header = parse_media_header(*header_box);
  if (!header) return fail(std::move(header).error());
  auto description = descend(*media, {"minf", "stbl", "stsd"});
  if (!description) return fail(std::move(description).error());
  auto format = parse_sample_description(*description);
  if (!format) return format;
  format->timescale = header->timescale;
  format->language = header->language;
  return format;
}

}  // namespace klive::cmaf
