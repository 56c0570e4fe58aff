// SPDX-License-Identifier: LGPL-2.1-or-later
// The CMAF header (init segment), ISO 23000-19 7.3.1, boxes of ISO 14496-12 chapter 8.
#include <array>
#include <string_view>

#include "box_writer.h"
#include "cmaf/writer.h"
#include "codecs.h"

namespace klive::cmaf {
namespace {

constexpr uint32_t kTrackId = 1;
constexpr uint32_t kOne = 0x00010000;  // 1.0 in 16.16

void write_matrix(BoxWriter &out) {
  constexpr std::array<uint32_t, 9> kIdentity = {kOne, 0, 0, 0, kOne, 0, 0, 0, 0x40000000};
  for (const uint32_t value : kIdentity) out.u32(value);
}

void write_file_type(BoxWriter &out) {
  const auto box = out.box("ftyp");
  out.text("iso6");
  out.u32(0);
  for (const std::string_view brand : {"iso6", "cmfc", "cmf2", "dash"}) out.text(brand);
}

void write_movie_header(BoxWriter &out, const TrackFormat &format) {
  const auto box = out.box("mvhd");
  out.version_and_flags(0, 0);
  out.u32(0);  // created
  out.u32(0);  // modified
  out.u32(format.timescale);
  out.u32(0);       // duration: fragments carry it
  out.u32(kOne);    // rate
  out.u16(0x0100);  // volume
  out.zeros(10);
  write_matrix(out);
  out.zeros(24);
  out.u32(kTrackId + 1);
}

PixelShape pixel_shape(const CodecRow &row, const TrackFormat &format) {
  return row.pixel_shape != nullptr ? row.pixel_shape(format) : PixelShape{};
}

// tkhd has the size on a screen of square pixels (8.5.3).
uint32_t width_on_screen(const CodecRow &row, const TrackFormat &format) {
  const PixelShape shape = pixel_shape(row, format);
  const uint64_t width = uint64_t{format.width} * shape.width / shape.height;
  return width <= 0xffff ? static_cast<uint32_t>(width) : format.width;
}

void write_track_header(BoxWriter &out, const CodecRow &row, const TrackFormat &format) {
  constexpr uint32_t kEnabledInMovieAndPreview = 7;
  const auto box = out.box("tkhd");
  out.version_and_flags(0, kEnabledInMovieAndPreview);
  out.u32(0);
  out.u32(0);
  out.u32(kTrackId);
  out.zeros(4);
  out.u32(0);
  out.zeros(8);
  out.u16(0);  // layer
  out.u16(0);  // alternate group
  out.u16(format.kind == Kind::kAudio ? 0x0100 : 0);
  out.zeros(2);
  write_matrix(out);
  const bool has_picture = format.kind == Kind::kVideo;
  out.u32(has_picture ? width_on_screen(row, format) << 16 : 0);
  out.u32(has_picture ? uint32_t{format.height} << 16 : 0);
}

// Three letters of five bits (8.4.2.3).
uint16_t packed_language(std::string_view language) {
  if (language.size() != 3) language = "und";
  uint16_t packed = 0;
  for (const char letter : language) {
    if (letter < 'a' || letter > 'z') return packed_language("und");
    packed = static_cast<uint16_t>(packed << 5 | (letter - 0x60));
  }
  return packed;
}

void write_media_header(BoxWriter &out, const TrackFormat &format) {
  const auto box = out.box("mdhd");
  out.version_and_flags(0, 0);
  out.u32(0);
  out.u32(0);
  out.u32(format.timescale);
  out.u32(0);
  out.u16(packed_language(format.language));
  out.u16(0);
}

void write_handler(BoxWriter &out, const TrackFormat &format) {
  const auto box = out.box("hdlr");
  out.version_and_flags(0, 0);
  out.u32(0);
  out.text(format.kind == Kind::kVideo ? "vide" : "soun");
  out.zeros(12);
  out.text(format.kind == Kind::kVideo ? "video" : "audio");
  out.u8(0);
}

void write_sample_entry(BoxWriter &out, const CodecRow &row, const TrackFormat &format) {
  const BoxWriter::Scope entry(out, row.entry);
  out.zeros(6);
  out.u16(1);  // data reference
  if (format.kind == Kind::kVideo) {
    out.zeros(16);
    out.u16(format.width);
    out.u16(format.height);
    out.u32(0x00480000);  // 72 dpi
    out.u32(0x00480000);
    out.u32(0);
    out.u16(1);     // frames a sample
    out.zeros(32);  // compressor name
    out.u16(0x18);  // depth
    out.u16(0xffff);
  } else {
    out.zeros(8);
    out.u16(format.channels);
    out.u16(16);  // bits
    out.zeros(4);
    // 16.16 holds no more than 65535 Hz; the decoder configuration has the truth (12.2.3.2).
    out.u32(format.sample_rate <= 0xffff ? format.sample_rate << 16 : 0);
  }
  if (row.write_config != nullptr) {
    row.write_config(out, format);
  } else {
    const auto config = out.box(row.config);
    out.bytes(format.decoder_config);
  }
  const PixelShape shape = pixel_shape(row, format);
  if (shape.width == shape.height) return;
  const auto box = out.box("pasp");
  out.u32(shape.width);
  out.u32(shape.height);
}

void write_sample_table(BoxWriter &out, const CodecRow &row, const TrackFormat &format) {
  const auto table = out.box("stbl");
  {
    const auto box = out.box("stsd");
    out.version_and_flags(0, 0);
    out.u32(1);
    write_sample_entry(out, row, format);
  }
  for (const std::string_view empty : {"stts", "stsc", "stco"}) {
    const auto box = out.box(empty);
    out.version_and_flags(0, 0);
    out.u32(0);
  }
  const auto box = out.box("stsz");
  out.version_and_flags(0, 0);
  out.u32(0);
  out.u32(0);
}

void write_media_information(BoxWriter &out, const CodecRow &row, const TrackFormat &format) {
  const auto information = out.box("minf");
  if (format.kind == Kind::kVideo) {
    const auto box = out.box("vmhd");
    out.version_and_flags(0, 1);
    out.zeros(8);
  } else {
    const auto box = out.box("smhd");
    out.version_and_flags(0, 0);
    out.zeros(4);
  }
  {
    const auto data_information = out.box("dinf");
    const auto references = out.box("dref");
    out.version_and_flags(0, 0);
    out.u32(1);
    const auto box = out.box("url ");
    out.version_and_flags(0, 1);  // the media is in this file
  }
  write_sample_table(out, row, format);
}

void write_movie(BoxWriter &out, const CodecRow &row, const TrackFormat &format) {
  const auto movie = out.box("moov");
  write_movie_header(out, format);
  {
    const auto track = out.box("trak");
    write_track_header(out, row, format);
    const auto media = out.box("mdia");
    write_media_header(out, format);
    write_handler(out, format);
    write_media_information(out, row, format);
  }
  const auto extends = out.box("mvex");
  const auto box = out.box("trex");
  out.version_and_flags(0, 0);
  out.u32(kTrackId);
  out.u32(1);  // sample description
  // cmf2 (7.7.3): a fragment must not depend on defaults given here.
  out.zeros(12);
}

}  // namespace

base::Bytes write_init(const TrackFormat &format) {
  base::Bytes bytes;
  const CodecRow *row = find_codec(format.codec);
  if (row == nullptr) return bytes;  // make_format() makes no such format
  bytes.reserve(1024);
  BoxWriter out(bytes);
  write_file_type(out);
  write_movie(out, *row, format);
  return bytes;
}

}  // namespace klive::cmaf
