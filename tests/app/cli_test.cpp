// SPDX-License-Identifier: LGPL-2.1-or-later
// The command line without a service: options, publish URLs, what becomes of an entry's words.
#include "cli/cli.h"

#include <glib/gstdio.h>
#include <gtest/gtest.h>

#include "cli/entry_fields.h"
#include "cli/options.h"
#include "cli/publish_target.h"
#include "cli/service.h"

namespace klive::app {
namespace {

TEST(Options, ValuesOfEveryKind_AreDelivered) {
  bool flag = false;
  std::string text = "before";
  std::optional<std::string> maybe, absent;
  std::vector<std::string> many;
  std::optional<int64_t> number;
  Options options("test", "Tests.");
  options.flag("flag", flag, "");
  options.text("text", text, "", "T");
  options.optional_text("maybe", maybe, "", "T");
  options.optional_text("absent", absent, "", "T");
  options.texts("set", many, "", "T");
  options.number("number", number, 1, 10, "", "N");
  const auto operands = options.parse({"--flag", "--text=x", "one", "--maybe", "", "--set", "a=b",
                                       "--set=c", "--number", "10", "two"},
                                      1, 2);
  ASSERT_TRUE(operands);
  EXPECT_EQ(*operands, (Arguments{"one", "two"}));
  EXPECT_TRUE(flag);
  EXPECT_EQ(text, "x");
  EXPECT_EQ(maybe, "");
  EXPECT_FALSE(absent);
  EXPECT_EQ(many, (std::vector<std::string>{"a=b", "c"}));
  EXPECT_EQ(number, 10);
}

TEST(Options, BytesThatAreNotUtf8_ArePassedThrough) {
  std::string text;
  Options options("test", "Tests.");
  options.text("file", text, "", "T");
  ASSERT_TRUE(options.parse({"--file", "\xff.mp4"}, 0, 0));
  EXPECT_EQ(text, "\xff.mp4");
}

TEST(Options, WrongUse_IsStatus2) {
  const auto status = [](const Arguments &arguments) {
    std::optional<int64_t> number;
    Options options("test", "Tests.", "ID");
    options.number("number", number, 1, 10, "", "N");
    EXPECT_FALSE(options.parse(arguments, 1, 1));
    return options.status();
  };
  EXPECT_EQ(status({}), kExitMisused);
  EXPECT_EQ(status({"a", "b"}), kExitMisused);
  EXPECT_EQ(status({"a", "--nonsense"}), kExitMisused);
  EXPECT_EQ(status({"a", "--number"}), kExitMisused);
  for (const char *bad : {"0", "11", "x", "1x", "", " 1", "99999999999999999999"})
    EXPECT_EQ(status({"a", "--number", bad}), kExitMisused) << bad;
}

TEST(Cli, HelpOfEveryVerb_IsDone) {
  const std::vector<std::vector<const char *>> commands = {{"klive", "--help"},
                                                           {"klive", "--version"},
                                                           {"klive", "entry", "--help"},
                                                           {"klive", "serve", "--help"},
                                                           {"klive", "ks", "--help"},
                                                           {"klive", "publish", "--help"},
                                                           {"klive", "check", "--help"},
                                                           {"klive", "describe", "--help"},
                                                           {"klive", "entry", "add", "--help"},
                                                           {"klive", "entry", "update", "-h"}};
  for (const auto &words : commands) {
    testing::internal::CaptureStdout();
    EXPECT_EQ(run_cli(static_cast<int>(words.size()), const_cast<char **>(words.data())),
              kExitDone);
    EXPECT_NE(testing::internal::GetCapturedStdout().find("klive"), std::string::npos);
  }
}

TEST(Cli, UnknownVerb_IsMisuse) {
  std::vector<const char *> words{"klive", "sreve"};
  EXPECT_EQ(run_cli(2, const_cast<char **>(words.data())), kExitMisused);
  words = {"klive"};
  EXPECT_EQ(run_cli(1, const_cast<char **>(words.data())), kExitMisused);
}

TEST(Cli, ServiceNotRunning_SaysHowToStartIt) {
  const auto service = find_service({.root = "/nonexistent/root", .config = {}});
  ASSERT_FALSE(service);
  EXPECT_NE(service.error().message.find("no /nonexistent/root/run/service.json"),
            std::string::npos);
  EXPECT_NE(service.error().message.find("klive serve --root /nonexistent/root"),
            std::string::npos);
}

TEST(PublishUrl, QueryBehindTheApplication_StaysWithIt) {
  const auto target =
      parse_publish_url("rtmp://127.0.0.1:1935/kLive?p=101&e=1_abcd1234&i=0&t=tok/1");
  ASSERT_TRUE(target);
  EXPECT_FALSE(target->is_secure);
  EXPECT_EQ(target->host, "127.0.0.1");
  EXPECT_EQ(target->port, 1935);
  EXPECT_EQ(target->application, "kLive?p=101&e=1_abcd1234&i=0&t=tok");
  EXPECT_EQ(target->stream, "1");
}

TEST(PublishUrl, HostsAndPorts_AreReadAsWritten) {
  const auto named = parse_publish_url("rtmps://1_a.p.example.org/kLive/1_a_1");
  ASSERT_TRUE(named);
  EXPECT_TRUE(named->is_secure);
  EXPECT_EQ(named->port, 443);
  EXPECT_EQ(named->stream, "1_a_1");
  const auto ipv6 = parse_publish_url("rtmp://[::1]:19350/a/b");
  ASSERT_TRUE(ipv6);
  EXPECT_EQ(ipv6->host, "::1");
  EXPECT_EQ(ipv6->port, 19350);
  EXPECT_EQ(parse_publish_url("rtmp://[::1]/a/b")->port, 1935);
}

TEST(PublishUrl, PartsThatAreMissing_AreNamed) {
  for (const char *url : {"", "http://a/b/c", "rtmp://", "rtmp://host", "rtmp://host/",
                          "rtmp:///a/b", "rtmp://host/app", "rtmp://host/app/", "rtmp://host//1",
                          "rtmp://host:0/a/b", "rtmp://host:x/a/b", "rtmp://host:99999/a/b"})
    EXPECT_FALSE(parse_publish_url(url)) << url;
}

TEST(EntryFields, WordsOfTheCommandLine_BecomeKalturasFields) {
  EntryFields fields;
  fields.name = "An event";
  fields.record = "session";
  fields.dvr = "off";
  fields.segment_duration = "2s";
  fields.admin_tags = "news";
  fields.low_latency = true;
  fields.dvr_window_minutes = 30;
  const auto object = fields.to_object();
  ASSERT_TRUE(object) << object.error().message;
  EXPECT_EQ(text_of(object->get(), "objectType"), "KalturaLiveStreamEntry");
  EXPECT_EQ(text_of(object->get(), "name"), "An event");
  EXPECT_EQ(integer_of(object->get(), "recordStatus"), 2);
  EXPECT_EQ(integer_of(object->get(), "dvrStatus"), 0);
  EXPECT_EQ(integer_of(object->get(), "dvrWindow"), 30);
  EXPECT_EQ(integer_of(object->get(), "segmentDuration"), 2000);
  EXPECT_EQ(text_of(object->get(), "adminTags"), "news,lowlatency");
  EXPECT_FALSE(json_object_has_member(object->get(), "description"));
}

TEST(EntryFields, WordsThatMeanNothing_AreRefusedWithWhatThereIs) {
  const auto refused = [](auto set) {
    EntryFields fields;
    set(fields);
    const auto object = fields.to_object();
    return object ? std::string() : object.error().message;
  };
  EXPECT_NE(refused([](auto &f) { f.record = "yes"; }).find("none, append or session"),
            std::string::npos);
  EXPECT_NE(refused([](auto &f) { f.dvr = "maybe"; }), "");
  EXPECT_NE(refused([](auto &f) { f.segment_duration = "6"; }), "");
  EXPECT_NE(refused([](auto &f) { f.name = "\xff\xff\xff\xff\xff"; }), "");
}

}  // namespace
}  // namespace klive::app
