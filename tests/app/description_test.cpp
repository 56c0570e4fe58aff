// SPDX-License-Identifier: LGPL-2.1-or-later
#include "worker/description.h"

#include <glib.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "klive/ptr.h"
#include "worker/entry_variables.h"

namespace klive::app {
namespace {

constexpr char kSmall[] = R"({
  "source":  { "bin": "fdsrc name=publication ! kliveflvdemux name=demux", "set": { "demux.epoch": "${entry.epoch}" } },
  "package": { "bin": "klivesegmenter name=package", "set": { "package.segment-duration": "6s" } },
  "flavors": { "*": { "video": "copy", "audio": "copy" } },
  "outputs": { "dvr": { "bin": "fakesink name=dvr" },
               "record": { "when": "${entry.resume}", "bin": "fakesink name=record" } }
})";

class Folder {
 public:
  Folder() : path_(gst::CharPtr(g_dir_make_tmp("klive-description-XXXXXX", nullptr)).get()) {}
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string write(const std::string &name, const std::string &text) const {
    const std::string file = path_ + "/" + name;
    std::ofstream(file) << text;
    return file;
  }

 private:
  std::string path_;
};

TEST(Description, SoundText_HoldsItsStages) {
  const auto description = parse_description(kSmall, "small.json");
  ASSERT_TRUE(description) << description.error().message;
  EXPECT_EQ(description->package.bin, "klivesegmenter name=package");
  EXPECT_EQ(description->outputs.size(), 2u);
  EXPECT_EQ(description->flavors.at("*").video, "copy");
}

TEST(Description, ManyMistakes_AreAllToldWithFileAndPath) {
  const auto description = parse_description(
      R"({ "source": { "bin": "a ${b}", "sett": {} }, "package": {}, "flavors": { "x": { "video": "h264", "audio": 1 } },
           "outputs": { "o": { "bin": "c", "set": { "nodot": 1 } } }, "extra": 1 })",
      "bad.json");
  ASSERT_FALSE(description);
  for (const char *said :
       {"bad.json: $.source.bin: holds ${", "bad.json: $.source.sett: unknown key",
        "bad.json: $.package.bin: is missing", "bad.json: $.flavors.x.audio: a string was needed",
        "bad.json: $.flavors.x: \"h264\" is not known",
        "bad.json: $.outputs.o.set.nodot: \"<element name>.<property>\"",
        "bad.json: $.extra: unknown key"}) {
    EXPECT_NE(description.error().message.find(said), std::string::npos)
        << said << "\n"
        << description.error().message;
  }
}

TEST(Description, DeepNesting_IsRefusedBeforeItIsParsed) {
  EXPECT_FALSE(parse_description(std::string(100000, '['), "deep.json"));
}

TEST(Description, EmptyText_IsRefused) { EXPECT_FALSE(parse_description({}, "empty.json")); }

TEST(Description, Extends_MergesAndNullRemoves) {
  const Folder folder;
  folder.write("base.json", kSmall);
  const auto file = folder.write(
      "child.json",
      R"({ "extends": "base.json", "package": { "set": { "package.segment-duration": "2s" } },
                         "outputs": { "record": null } })");
  const auto description = load_description(file);
  ASSERT_TRUE(description) << description.error().message;
  EXPECT_EQ(description->package.set.at(0).second, "2s");
  EXPECT_EQ(description->package.bin, "klivesegmenter name=package");
  EXPECT_EQ(description->outputs.count("record"), 0u);
}

TEST(Description, ExtendsItself_IsAnErrorNotALoop) {
  const Folder folder;
  EXPECT_FALSE(load_description(folder.write("loop.json", R"({ "extends": "loop.json" })")));
}

TEST(Description, ExtendsAPath_IsRefused) {
  const Folder folder;
  const auto description =
      load_description(folder.write("a.json", R"({ "extends": "../b.json" })"));
  ASSERT_FALSE(description);
  EXPECT_NE(description.error().message.find("$.extends: the name of a file in the same folder"),
            std::string::npos);
}

TEST(Description, Resolved_HoldsValuesAndOnlyOutputsThatApply) {
  const auto description = parse_description(kSmall, "small.json");
  const auto resolved = resolve(*description, entry_variables({.id = "1_abcd1234", .epoch_ns = 7}));
  ASSERT_TRUE(resolved) << resolved.error().message;
  EXPECT_EQ(resolved->source.set.at(0).second, "7");
  EXPECT_EQ(resolved->outputs.count("record"), 0u);
  const std::string line = to_launch_line(*resolved);
  EXPECT_NE(line.find("name=package segment-duration=6000000000"), std::string::npos) << line;
}

TEST(Description, UnknownName_IsAnErrorThatListsTheKnown) {
  const auto description = parse_description(kSmall, "small.json");
  const auto resolved = resolve(*description, {{"entry.id", "x"}});
  ASSERT_FALSE(resolved);
  EXPECT_NE(resolved.error().message.find("${entry.epoch} is not known; there are entry.id"),
            std::string::npos);
}

TEST(Description, WrittenAndReadAgain_IsTheSame) {
  const auto description = parse_description(kSmall, "small.json");
  const auto again = parse_description(to_json(*description), "again.json");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_json(*again), to_json(*description));
}

TEST(Description, Units_BecomePlainNumbers) {
  EXPECT_EQ(plain_number("6s"), "6000000000");
  EXPECT_EQ(plain_number("500ms"), "500000000");
  EXPECT_EQ(plain_number("2500k"), "2500000");
  EXPECT_EQ(plain_number("zerolatency"), "zerolatency");
  EXPECT_EQ(plain_number("99999999999h"),
            "99999999999h");  // does not fit: the property will say so
}

TEST(Description, MoreThanOneValue_IsRefused) {
  for (const char *text : {R"(1{"a": 1})", R"({} {})", R"({}x)"}) {
    const auto description = parse_description(text, "test");
    ASSERT_FALSE(description) << text;
    EXPECT_NE(description.error().message.find("object"), std::string::npos);
  }
}

}  // namespace
}  // namespace klive::app
