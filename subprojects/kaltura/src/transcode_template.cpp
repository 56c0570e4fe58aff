// SPDX-License-Identifier: LGPL-2.1-or-later
// The transcode template (section 4 of the Kaltura notes).
//
//   the flavor of the stream name ─► not the source: passed through alone
//                                 └► the source: itself, and every flavor that is made of it; those
//                                    that are optional only when the stream has more than they need
#include "kaltura/transcode_template.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "kaltura/value.h"
#include "xml_writer.h"

namespace klive::kaltura {
namespace {

constexpr int64_t kKilobit = 1000;
constexpr int64_t kDefaultVideoBitrate = 240'000, kDefaultAudioBitrate = 96'000;
constexpr int64_t kBitrateGapPercent = 40;  // that the source must have beyond an optional flavor
constexpr int64_t kKeyFrameInterval = 60;   // frames; what the source has counts more
constexpr double kLeastFrameRate = 12.5;
constexpr double kSkipTolerance = 1.05;

std::string upper(std::string text) {
  for (char &c : text) c = g_ascii_toupper(c);
  return text;
}

std::string decimal(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number);
  return {text.data(), end.ptr};
}

bool is_ingest(const LiveParams &params) { return params.has_tag("ingest"); }

const LiveParams *find_input(const ConversionProfile &profile, std::string_view suffix) {
  for (const ProfileFlavor &flavor : profile.flavors) {
    if (!suffix.empty() && flavor.params.stream_suffix == suffix) return &flavor.params;
  }
  return nullptr;
}

/// Whether the stream has too little for a flavor that is made only of better ones.
bool is_dropped(const LiveParams &params, const IngestInfo &ingest) {
  if (!params.has_tag("optional_flavor") || is_ingest(params)) return false;
  int64_t height = params.height;
  if (height == 0 && ingest.width > 0) height = params.width * ingest.height / ingest.width;
  if (ingest.height > 0 && ingest.height < height) return true;
  return ingest.video_bitrate != 0 &&
         ingest.video_bitrate * 100 < params.video_bitrate * (100 + kBitrateGapPercent);
}

std::string encode_name(const LiveParams &params) {
  return params.system_name.empty() ? std::to_string(params.id) : params.system_name;
}

class Template {
 public:
  Template(const IngestInfo &ingest, const TranscoderInfo &transcoder, double default_rate)
      : ingest_(ingest), transcoder_(transcoder), default_rate_(default_rate) {}

  std::string write(std::string_view entry, const std::vector<const LiveParams *> &outputs) {
    {
      XmlWriter::Element root(xml_, "Root");
      XmlWriter::Element transcode(xml_, "Transcode");
      {
        XmlWriter::Element encodes(xml_, "Encodes");
        for (const LiveParams *params : outputs) write_encode(entry, *params);
      }
      write_decode();
      write_group(outputs);
      write_properties();
    }
    return xml_.take();
  }

 private:
  void write_encode(std::string_view entry, const LiveParams &params) {
    XmlWriter::Element encode(xml_, "Encode");
    xml_.text("Enable", "true");
    xml_.text("Name", encode_name(params));
    xml_.text("StreamName", std::string(entry) + "_" + std::to_string(params.id));
    const bool is_sized = params.width > 0 || params.height > 0 || params.frame_rate > 0;
    if (is_ingest(params) || !is_sized) {
      XmlWriter::Element video(xml_, "Video");
      xml_.text("Codec", params.has_tag("audio_only") ? "Disable" : "PassThru");
    } else {
      write_video(params);
    }
    const bool is_sampled = params.audio_sample_rate > 0 || params.audio_channels > 0;
    write_audio(params, is_ingest(params) || !is_sampled);
  }

  void write_video(const LiveParams &params) {
    XmlWriter::Element video(xml_, "Video");
    xml_.text("Transcoder", transcoder_.name);
    if (ingest_.has_gpu) xml_.text("Implementation", "NVENC");
    xml_.number("GPUID", transcoder_.gpu);
    write_frame_size(params);
    write_codec(params.video_codec);
    xml_.number("Bitrate", params.video_bitrate > 0 ? params.video_bitrate : kDefaultVideoBitrate);
    {
      XmlWriter::Element interval(xml_, "KeyFrameInterval");
      xml_.text("FollowSource", "true");
      xml_.number("Interval", kKeyFrameInterval);
    }
    if (const int64_t skipped = skip_count(params); skipped > 0) {
      XmlWriter::Element skip(xml_, "SkipFrameCount");
      xml_.number("Value", skipped);
    }
    if (!params.constant_bitrate) return;
    XmlWriter::Element parameters(xml_, "Parameters");
    XmlWriter::Element parameter(xml_, "Parameter");
    xml_.text("Name", "mainconcept.bit_rate_mode");
    xml_.text("Value", "0");
    xml_.text("Type", "Long");
  }

  void write_frame_size(const LiveParams &params) {
    XmlWriter::Element size(xml_, "FrameSize");
    xml_.text("FitMode", params.height > 0  ? "fit-height"
                         : params.width > 0 ? "fit-width"
                                            : "match-source");
    if (params.width > 0) xml_.number("Width", params.width);
    if (params.height > 0) xml_.number("Height", params.height);
  }

  void write_codec(const std::string &codec) {
    const bool is_main = codec == "h264m" || codec == "h264h";
    if (codec.empty() || codec == "copy") {
      xml_.text("Codec", "PassThru");
      return;
    }
    xml_.text("Codec", codec.starts_with("h264") ? "H.264" : "H.263");
    xml_.text("Profile", is_main ? "main" : "baseline");
  }

  void write_audio(const LiveParams &params, bool may_pass) {
    XmlWriter::Element audio(xml_, "Audio");
    const bool passes = may_pass && ingest_.audio_codec == "AAC";
    xml_.text("Codec", passes ? "PassThru" : "AAC");
    if (passes) return;
    xml_.number("Bitrate", params.audio_bitrate > 0 ? params.audio_bitrate : kDefaultAudioBitrate);
  }

  [[nodiscard]] int64_t skip_count(const LiveParams &params) const {
    const double rate = ingest_.frame_rate > 0 ? ingest_.frame_rate : default_rate_;
    if (params.max_frame_rate > 0 && rate > 0) {
      const double skipped =
          std::ceil(rate / static_cast<double>(params.max_frame_rate) - kSkipTolerance);
      if (skipped > 0) return static_cast<int64_t>(skipped);
    }
    return ingest_.skip_frame_count;
  }

  void write_decode() {
    {
      XmlWriter::Element decode(xml_, "Decode");
      XmlWriter::Element video(xml_, "Video");
      xml_.text("Deinterlace", "false");
      if (ingest_.has_gpu) xml_.text("Implementation", "NVCUVID");
    }
    if (!ingest_.has_gpu) return;
    XmlWriter::Element scale(xml_, "Scale");
    xml_.text("Implementation", "CUDA");
    xml_.empty("Parameters");
    xml_.empty("Properties");
  }

  void write_group(const std::vector<const LiveParams *> &outputs) {
    XmlWriter::Element groups(xml_, "StreamNameGroups");
    XmlWriter::Element group(xml_, "StreamNameGroup");
    xml_.text("Name", "all");
    xml_.text("StreamName", "${SourceStreamName}_all");
    XmlWriter::Element members(xml_, "Members");
    for (const LiveParams *params : outputs) {
      XmlWriter::Element member(xml_, "Member");
      xml_.text("EncodeName", encode_name(*params));
    }
  }

  void write_properties() {
    if (default_rate_ == 0) return xml_.empty("Properties");
    XmlWriter::Element properties(xml_, "Properties");
    XmlWriter::Element property(xml_, "Property");
    xml_.text("Name", "sourceStreamFrameRate");
    xml_.text("Value", decimal(default_rate_));
    xml_.text("Type", "Double");
  }

  const IngestInfo &ingest_;
  const TranscoderInfo &transcoder_;
  double default_rate_;
  XmlWriter xml_;
};

}  // namespace

IngestInfo read_ingest_info(std::string_view extra_params) {
  IngestInfo info;
  const auto read = read_json(extra_params);
  if (!read || !read->is_object()) return info;
  const auto number = [&](const char *name) {
    const Value *member = read->find(name);
    const double value = member == nullptr ? 0 : member->number().value_or(0);
    return std::clamp(value, 0.0, 1e9);
  };
  info.audio_bitrate = static_cast<int64_t>(number("audiodatarate") * kKilobit);
  info.video_bitrate = static_cast<int64_t>(number("videodatarate") * kKilobit);
  info.width = static_cast<int64_t>(number("width"));
  info.height = static_cast<int64_t>(number("height"));
  info.frame_rate = number("framerate");
  info.skip_frame_count = static_cast<int64_t>(number("skipFrameCount"));
  info.video_codec = upper(read->text_of("videocodecidstring"));
  info.audio_codec = upper(read->text_of("audiocodecidstring"));
  info.has_gpu = read->text_of("gpu") == "true" || read->integer_of("gpu") == 1;
  return info;
}

std::optional<std::string> transcode_template(const ConversionProfile &profile,
                                              std::string_view entry, std::string_view suffix,
                                              const IngestInfo &ingest,
                                              const TranscoderInfo &transcoder) {
  const LiveParams *input = find_input(profile, suffix);
  if (input == nullptr) return std::nullopt;
  std::vector<const LiveParams *> outputs = {input};
  if (input->has_tag("source")) {
    for (const ProfileFlavor &flavor : profile.flavors) {
      const bool is_made = flavor.origin != Origin::kIngest && &flavor.params != input;
      if (is_made && !is_dropped(flavor.params, ingest)) outputs.push_back(&flavor.params);
    }
  }
  const double rate = input->frame_rate >= kLeastFrameRate ? input->frame_rate : 0;
  return Template(ingest, transcoder, rate).write(entry, outputs);
}

}  // namespace klive::kaltura
