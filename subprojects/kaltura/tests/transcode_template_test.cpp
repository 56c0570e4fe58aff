// SPDX-License-Identifier: LGPL-2.1-or-later
// Transcode templates of the profiles that klive ships with, compared with what section 4 of the
// Kaltura notes derives for them.
#include "kaltura/transcode_template.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>

namespace klive::kaltura {
namespace {

constexpr char kEntry[] = "1_abcd1234";

ConversionProfile profile_of(const std::string &name) {
  std::ifstream in(PROFILES_FILE, std::ios::binary);
  const std::string json{std::istreambuf_iterator<char>(in), {}};
  const auto objects = read_live_profiles(json, {});
  if (!objects) {
    ADD_FAILURE() << objects.error().message;
    return {};
  }
  const auto profile = find_profile(*objects, name);
  return profile ? *profile : ConversionProfile();
}

/// Elements alone: what is between them is for the eye.
std::string elements(const std::string &xml) {
  std::istringstream lines(xml);
  std::string line, out;
  while (std::getline(lines, line)) {
    const size_t first = line.find_first_not_of(' ');
    if (first != std::string::npos) out += line.substr(first);
  }
  return out;
}

std::string tag(const std::string &name, const std::string &content) {
  return content.empty() ? "<" + name + "/>" : "<" + name + ">" + content + "</" + name + ">";
}

std::string encode(const std::string &name, int flavor, const std::string &video,
                   const std::string &audio) {
  return tag("Encode", tag("Enable", "true") + tag("Name", name) +
                           tag("StreamName", std::string(kEntry) + "_" + std::to_string(flavor)) +
                           tag("Video", video) + tag("Audio", audio));
}

const std::string kPass = "<Codec>PassThru</Codec>";
const std::string kUnknownSound = "<Codec>AAC</Codec><Bitrate>96000</Bitrate>";
std::string aac(int rate) { return tag("Codec", "AAC") + tag("Bitrate", std::to_string(rate)); }

std::string video(const std::string &size, const std::string &profile, int rate,
                  const std::string &more = {}) {
  return "<Transcoder>default</Transcoder><GPUID>-1</GPUID>" + tag("FrameSize", size) +
         "<Codec>H.264</Codec>" + tag("Profile", profile) + tag("Bitrate", std::to_string(rate)) +
         "<KeyFrameInterval><FollowSource>true</FollowSource><Interval>60</Interval>"
         "</KeyFrameInterval>" +
         more;
}
std::string fit_width(int width) {
  return "<FitMode>fit-width</FitMode>" + tag("Width", std::to_string(width));
}
std::string fit_height(int height) {
  return "<FitMode>fit-height</FitMode>" + tag("Height", std::to_string(height));
}
const std::string kConstant =
    "<Parameters><Parameter><Name>mainconcept.bit_rate_mode</Name><Value>0</Value>"
    "<Type>Long</Type></Parameter></Parameters>";

std::string whole(const std::string &encodes, const std::vector<std::string> &names) {
  std::string members;
  for (const std::string &name : names) members += tag("Member", tag("EncodeName", name));
  return "<?xml version=\"1.0\"?>" +
         tag("Root",
             tag("Transcode",
                 tag("Encodes", encodes) +
                     "<Decode><Video><Deinterlace>false</Deinterlace></Video></Decode>" +
                     tag("StreamNameGroups",
                         tag("StreamNameGroup",
                             "<Name>all</Name><StreamName>${SourceStreamName}_all</StreamName>" +
                                 tag("Members", members))) +
                     "<Properties/>"));
}

std::string made(const ConversionProfile &profile, const std::string &suffix,
                 const std::string &extra = {}) {
  const auto text = transcode_template(profile, kEntry, suffix, read_ingest_info(extra));
  return text ? elements(*text) : "(not in the profile)";
}

constexpr char kAac[] =
    R"({"audiodatarate":128,"videodatarate":2500,"width":1280,"height":720,"framerate":30,)"
    R"("videocodecidstring":"AVC1","audiocodecidstring":"aac"})";

TEST(TranscodeTemplate, Passthrough_PassesEachStreamAlone) {
  const ConversionProfile profile = profile_of("Passthrough_Live");
  EXPECT_EQ(made(profile, "1", kAac), whole(encode("Source", 32, kPass, kPass), {"Source"}));
  EXPECT_EQ(made(profile, "1"), whole(encode("Source", 32, kPass, kUnknownSound), {"Source"}));
  EXPECT_EQ(made(profile, "2", kAac), whole(encode("Ingest_2", 36, kPass, kPass), {"Ingest_2"}));
  EXPECT_EQ(made(profile, "2"), whole(encode("Ingest_2", 36, kPass, kUnknownSound), {"Ingest_2"}));
  EXPECT_EQ(made(profile, "3", kAac), whole(encode("Ingest_3", 37, kPass, kPass), {"Ingest_3"}));
  EXPECT_EQ(made(profile, "3"), whole(encode("Ingest_3", 37, kPass, kUnknownSound), {"Ingest_3"}));
  EXPECT_EQ(made(profile, "4"), "(not in the profile)");
  EXPECT_EQ(made(profile, ""), "(not in the profile)");
}

TEST(TranscodeTemplate, CloudTranscode_MakesThreeFlavorsOfTheSource) {
  const ConversionProfile profile = profile_of("Default_Live");
  const std::string flavors =
      encode("Basic_Small_400", 33, video(fit_width(480), "baseline", 400000), aac(64000)) +
      encode("Basic_Small_600", 34, video(fit_width(640), "baseline", 600000), aac(64000)) +
      encode("SD_Small_900", 35, video(fit_width(640), "main", 900000), aac(64000));
  const std::vector<std::string> names = {"Source", "Basic_Small_400", "Basic_Small_600",
                                          "SD_Small_900"};
  EXPECT_EQ(made(profile, "1", kAac), whole(encode("Source", 32, kPass, kPass) + flavors, names));
  EXPECT_EQ(made(profile, "1"), whole(encode("Source", 32, kPass, kUnknownSound) + flavors, names));
  EXPECT_EQ(made(profile, "2", kAac), "(not in the profile)");
  // They are not optional: a small source changes nothing.
  EXPECT_EQ(made(profile, "1", R"({"width":320,"height":180,"videodatarate":200})"),
            made(profile, "1"));
}

TEST(TranscodeTemplate, Multicast_MakesOneFlavor) {
  const ConversionProfile profile = profile_of("Multicast_Default");
  const std::string flavor =
      encode("Multicast_transcode", 38, video(fit_width(640), "baseline", 360000), aac(40000));
  EXPECT_EQ(made(profile, "1", kAac),
            whole(encode("Source", 32, kPass, kPass) + flavor, {"Source", "Multicast_transcode"}));
  EXPECT_EQ(made(profile, "1"), whole(encode("Source", 32, kPass, kUnknownSound) + flavor,
                                      {"Source", "Multicast_transcode"}));
  EXPECT_EQ(made(profile, "2", kAac), "(not in the profile)");
}

TEST(TranscodeTemplate, ShippedProfiles_AreTheThreeAbove) {
  std::ifstream in(PROFILES_FILE, std::ios::binary);
  const std::string json{std::istreambuf_iterator<char>(in), {}};
  const auto objects = read_live_profiles(json, {});
  ASSERT_TRUE(objects);
  std::vector<std::string> names;
  for (const Value &profile : objects->profiles) names.push_back(profile.text_of("systemName"));
  EXPECT_EQ(names,
            (std::vector<std::string>{"Passthrough_Live", "Default_Live", "Multicast_Default"}));
}

ConversionProfile hd_profile() {
  ConversionProfile profile = profile_of("Default_Live");
  LiveParams params;
  params.tags = {"mbr", "optional_flavor"};
  params.video_codec = "h264h";
  params.audio_bitrate = 128'000;
  params.audio_sample_rate = 44'100;
  params.constant_bitrate = true;
  params.id = 42;
  params.system_name = "HD_720_1700";
  params.video_bitrate = 1'700'000;
  params.height = 720;
  profile.flavors.push_back({params, Origin::kConvert});
  params.id = 43;
  params.system_name = {};
  params.video_bitrate = 2'600'000;
  profile.flavors.push_back({params, Origin::kConvert});
  return profile;
}

TEST(TranscodeTemplate, OptionalFlavors_AreMadeOfABetterSourceAlone) {
  const ConversionProfile profile = hd_profile();
  const std::string seven =
      encode("HD_720_1700", 42, video(fit_height(720), "main", 1700000, kConstant), aac(128000));
  const std::string eight =
      encode("43", 43, video(fit_height(720), "main", 2600000, kConstant), aac(128000));
  const auto has = [&](const std::string &extra, const std::string &one) {
    return made(profile, "1", extra).find(one) != std::string::npos;
  };
  // 1.4 times 1700 is 2380.
  EXPECT_TRUE(has(R"({"height":720,"width":1280,"videodatarate":2380})", seven));
  EXPECT_FALSE(has(R"({"height":720,"width":1280,"videodatarate":2379})", seven));
  EXPECT_FALSE(has(R"({"height":719,"width":1280,"videodatarate":9000})", seven));
  EXPECT_TRUE(has(R"({"height":720,"width":1280,"videodatarate":3640})", eight));
  EXPECT_FALSE(has(R"({"height":720,"width":1280,"videodatarate":2380})", eight));
  // Of what nothing is said nothing is dropped.
  EXPECT_TRUE(has("", seven) && has("", eight));
  EXPECT_TRUE(has("no JSON", seven));
}

TEST(TranscodeTemplate, AudioOnlyFlavor_HasNoPicture) {
  ConversionProfile profile = profile_of("Passthrough_Live");
  LiveParams params;
  params.id = 100;
  params.system_name = "Audio_only_English";
  params.tags = {"ingest", "audio_only", "alt_audio"};
  params.stream_suffix = "1000";
  params.audio_bitrate = 64'000;
  params.audio_sample_rate = 44'100;
  profile.flavors.push_back({params, Origin::kIngest});
  EXPECT_EQ(made(profile, "1000"),
            whole(encode("Audio_only_English", 100, "<Codec>Disable</Codec>", aac(64000)),
                  {"Audio_only_English"}));
  EXPECT_EQ(made(profile, "1000", kAac),
            whole(encode("Audio_only_English", 100, "<Codec>Disable</Codec>", kPass),
                  {"Audio_only_English"}));
}

TEST(TranscodeTemplate, FrameRates_SkipFramesAndBecomeAProperty) {
  ConversionProfile profile = profile_of("Default_Live");
  profile.flavors[1].params.max_frame_rate = 15;
  const auto skip = [](int value) {
    return "<SkipFrameCount><Value>" + std::to_string(value) + "</Value></SkipFrameCount>";
  };
  EXPECT_NE(made(profile, "1", R"({"framerate":60})").find(skip(3)), std::string::npos);
  EXPECT_NE(made(profile, "1", R"({"framerate":30})").find(skip(1)), std::string::npos);
  EXPECT_EQ(made(profile, "1", R"({"framerate":15.5})").find("SkipFrameCount"), std::string::npos);
  EXPECT_NE(made(profile, "1", R"({"skipFrameCount":2})").find(skip(2)), std::string::npos);
  profile.flavors[0].params.frame_rate = 29.97;
  const std::string property =
      "<Properties><Property><Name>sourceStreamFrameRate</Name><Value>29.97</Value>"
      "<Type>Double</Type></Property></Properties>";
  EXPECT_NE(made(profile, "1").find(property), std::string::npos) << made(profile, "1");
  EXPECT_NE(made(profile, "1").find(skip(1)), std::string::npos);
  profile.flavors[0].params.frame_rate = 12;
  EXPECT_NE(made(profile, "1").find("<Properties/>"), std::string::npos);
}

TEST(TranscodeTemplate, Gpu_IsSaidWhereItWorks) {
  const ConversionProfile profile = profile_of("Default_Live");
  const auto text = transcode_template(profile, kEntry, "1", read_ingest_info(R"({"gpu":"true"})"),
                                       {.name = "NVENC", .gpu = 2});
  ASSERT_TRUE(text);
  const std::string xml = elements(*text);
  EXPECT_NE(xml.find("<Transcoder>NVENC</Transcoder><Implementation>NVENC</Implementation>"
                     "<GPUID>2</GPUID>"),
            std::string::npos);
  EXPECT_NE(xml.find("<Decode><Video><Deinterlace>false</Deinterlace>"
                     "<Implementation>NVCUVID</Implementation></Video></Decode>"
                     "<Scale><Implementation>CUDA</Implementation><Parameters/><Properties/>"
                     "</Scale>"),
            std::string::npos)
      << xml;
}

}  // namespace
}  // namespace klive::kaltura
