// SPDX-License-Identifier: LGPL-2.1-or-later
// What an operator puts into an encoder. Flash Media Live Encoder's profile is section 11 of the
// Kaltura notes.
#include "kaltura/encoder_settings.h"

#include <array>

#include "xml_writer.h"

namespace klive::kaltura {
namespace {

constexpr int64_t kKilobit = 1000;
constexpr int64_t kAudioBitrate = 128;  // kbit/s
constexpr int64_t kFrameRate = 25;

std::string rates(const EncoderTarget &target) {
  std::string text;
  for (const EncodedQuality &each : target.qualities)
    text += std::to_string(each.bitrate / kKilobit) + ";";
  return text;
}
std::string size_of(const EncodedQuality &quality) {
  return std::to_string(quality.width) + "x" + std::to_string(quality.height);
}
std::string sizes(const EncoderTarget &target) {
  std::string text;
  for (const EncodedQuality &each : target.qualities) text += size_of(each) + ";";
  return text;
}

void write_capture(XmlWriter &xml, const EncodedQuality &first) {
  XmlWriter::Element capture(xml, "capture");
  {
    XmlWriter::Element video(xml, "video");
    xml.empty("device");
    xml.number("crossbar_input", 0);
    xml.number("frame_rate", kFrameRate);
    XmlWriter::Element size(xml, "size");
    xml.number("width", first.width);
    xml.number("height", first.height);
  }
  XmlWriter::Element audio(xml, "audio");
  xml.empty("device");
  xml.number("crossbar_input", 0);
  xml.number("sample_rate", 44100);
  xml.number("channels", 2);
  xml.number("input_volume", 75);
}

void write_encode(XmlWriter &xml, const EncoderTarget &target) {
  XmlWriter::Element encode(xml, "encode");
  {
    XmlWriter::Element video(xml, "video");
    xml.text("format", "H.264");
    xml.text("datarate", rates(target));
    xml.text("outputsize", sizes(target));
    {
      XmlWriter::Element advanced(xml, "advanced");
      xml.text("profile", "Baseline");
      xml.text("level", "3.1");
      xml.text("keyframe_frequency", "2 Seconds");
    }
    XmlWriter::Element adjust(xml, "autoadjust");
    xml.text("enable", "false");
    xml.number("maxbuffersize", 1);
    {
      XmlWriter::Element drop(xml, "dropframes");
      xml.text("enable", "false");
    }
    XmlWriter::Element degrade(xml, "degradequality");
    xml.text("enable", "false");
    xml.empty("minvideobitrate");
    xml.text("preservepfq", "false");
  }
  XmlWriter::Element audio(xml, "audio");
  xml.text("format", "MP3");
  xml.number("datarate", kAudioBitrate);
}

void write_intervals(XmlWriter &xml) {
  {
    XmlWriter::Element restart(xml, "restartinterval");
    for (const char *name : {"days", "hours", "minutes"}) xml.empty(name);
  }
  XmlWriter::Element reconnect(xml, "reconnectinterval");
  for (const char *name : {"attempts", "interval"}) xml.empty(name);
}

void write_preview(XmlWriter &xml) {
  XmlWriter::Element preview(xml, "preview");
  {
    XmlWriter::Element video(xml, "video");
    for (const char *name : {"input", "output"}) {
      XmlWriter::Element end(xml, name);
      xml.text("zoom", "100%");
    }
  }
  xml.empty("audio");
}

std::string fmle(const EncoderTarget &target) {
  XmlWriter xml;
  {
    XmlWriter::Element root(xml, "flashmedialiveencoder_profile");
    {
      XmlWriter::Element preset(xml, "preset");
      xml.text("name", "Custom");
      xml.text("description", target.name);
    }
    write_capture(xml, target.qualities.front());
    write_encode(xml, target);
    write_intervals(xml);
    {
      XmlWriter::Element output(xml, "output");
      XmlWriter::Element rtmp(xml, "rtmp");
      xml.text("url", target.primary_url);
      xml.text("backup_url", target.backup_url);
      // The encoder puts 1, 2, … in the place of %i.
      xml.text("stream", target.entry + "_%i");
    }
    xml.empty("metadata");
    write_preview(xml);
    XmlWriter::Element log(xml, "log");
    xml.number("level", 100);
    xml.empty("directory");
  }
  return xml.take();
}

/// What every encoder has to be told of the picture and the sound.
std::string media_lines(const EncodedQuality &quality, const char *indent) {
  return std::string(indent) + "Video    H.264, " + size_of(quality) + ", " +
         std::to_string(quality.bitrate / kKilobit) + " kbit/s CBR, a key frame every 2 s\n" +
         indent + "Audio    AAC, " + std::to_string(kAudioBitrate) + " kbit/s, 44.1 or 48 kHz\n";
}

std::string obs(const EncoderTarget &target) {
  return "OBS Studio: " + target.name +
         "\n\nSettings > Stream\n  Service     Custom…\n  Server      " + target.primary_url +
         "\n  Stream Key  1\n\nSettings > Output\n" + media_lines(target.qualities.front(), "  ") +
         "\nA second OBS publishes the backup, with the same key:\n  Server      " +
         target.backup_url + "\n";
}

/// As a word of a shell.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

std::string ffmpeg_line(const EncoderTarget &target, const std::string &url, size_t stream) {
  const EncodedQuality &quality = target.qualities[stream];
  const std::string rate = std::to_string(quality.bitrate / kKilobit) + "k";
  return "ffmpeg -re -i INPUT -c:v libx264 -preset veryfast -pix_fmt yuv420p -b:v " + rate +
         " -maxrate " + rate + " -bufsize " + rate + " -vf scale=" + std::to_string(quality.width) +
         ":" + std::to_string(quality.height) +
         " -force_key_frames 'expr:gte(t,n_forced*2)' -c:a aac -b:a " +
         std::to_string(kAudioBitrate) + "k -ar 48000 -ac 2 -f flv " +
         quoted(url + "/" + std::to_string(stream + 1)) + "\n";
}

std::string ffmpeg(const EncoderTarget &target) {
  std::string text = "# " + target.name + "; INPUT is a file or a device\n";
  for (size_t i = 0; i < target.qualities.size(); ++i)
    text += ffmpeg_line(target, target.primary_url, i);
  text += "# backup\n" + ffmpeg_line(target, target.backup_url, 0);
  return text;
}

std::string larix(const EncoderTarget &target) {
  return "Larix Broadcaster: " + target.name +
         "\n\nSettings > Connections > New connection > RTMP\n  Name     " + target.entry +
         "\n  URL      " + target.primary_url +
         "/1\n  Mode     Audio + Video\n\nSettings > Video, Audio\n" +
         media_lines(target.qualities.front(), "  ") +
         "\nA second connection publishes the backup:\n  URL      " + target.backup_url + "/1\n";
}

std::string vmix(const EncoderTarget &target) {
  return "vMix: " + target.name +
         "\n\nStream > Destination: Custom RTMP Server\n  URL                 " +
         target.primary_url + "\n  Stream Name or Key  1\n\nQuality\n" +
         media_lines(target.qualities.front(), "  ") +
         "\nStream 2 publishes the backup, with the same key:\n  URL                 " +
         target.backup_url + "\n";
}

struct Encoder {
  std::string_view name;
  const char *content_type;
  std::string (*write)(const EncoderTarget &);
};
constexpr const char *kText = "text/plain; charset=utf-8";
constexpr std::array kEncoders = {
    Encoder{"fmle", "text/xml; charset=utf-8", fmle},
    Encoder{"obs", kText, obs},
    Encoder{"ffmpeg", kText, ffmpeg},
    Encoder{"larix", kText, larix},
    Encoder{"vmix", kText, vmix},
};

}  // namespace

std::vector<std::string_view> encoder_names() {
  std::vector<std::string_view> names;
  for (const Encoder &each : kEncoders) names.push_back(each.name);
  return names;
}

base::Result<EncoderSettings> encoder_settings(std::string_view encoder,
                                               const EncoderTarget &target) {
  std::string known;
  for (const Encoder &each : kEncoders) {
    if (each.name == encoder) return EncoderSettings{each.content_type, each.write(target)};
    known.append(known.empty() ? "" : ", ").append(each.name);
  }
  return base::fail(base::ErrorCode::kInvalid, "one of " + known + " was needed");
}

}  // namespace klive::kaltura
