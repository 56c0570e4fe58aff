// SPDX-License-Identifier: LGPL-2.1-or-later
// Every spelling of a publish address, and every refusal with its sentence.
#include "kaltura/publish_address.h"

#include <gtest/gtest.h>

namespace klive::kaltura {
namespace {

constexpr char kUrl[] =
    "rtmp://HOST:1935/kLive?p=PARTNER&e=ENTRY&i=0&t=TOKEN with stream name/key 1";

struct Spelling {
  const char *title, *tc_url, *app, *name;
  const char *entry;
  Side side = Side::kPrimary;
  const char *token = "T0k";
  int64_t partner = -1;  ///< -1: none
  const char *stream_name = "1";
  const char *app_name = "kLive";
};

// The table of README.md, in its order.
const Spelling kSpellings[] = {
    {"entry host, slash before the query",
     "rtmp://1_abcd1234.p.kpublish.kaltura.com:1935/kLive/?t=T0k", "kLive/?t=T0k", "1",
     "1_abcd1234"},
    {"entry host, no slash", "rtmp://1_abcd1234.p.kpublish.kaltura.com:1935/kLive?t=T0k",
     "kLive?t=T0k", "1", "1_abcd1234"},
    {"backup host", "rtmp://1_abcd1234.b.kpublish.kaltura.com:1935/kLive?t=T0k", "kLive?t=T0k", "1",
     "1_abcd1234", Side::kBackup},
    {"rtmps", "rtmps://1_abcd1234.p.kpublish.kaltura.com:443/kLive?t=T0k", "kLive?t=T0k", "1",
     "1_abcd1234"},
    {"four keys, slash", "rtmp://h/kLive/?p=102&e=0_rkij47dr&i=0&t=T0k",
     "kLive/?p=102&e=0_rkij47dr&i=0&t=T0k", "0_rkij47dr_1", "0_rkij47dr", Side::kPrimary, "T0k",
     102},
    {"four keys, no slash", "rtmp://h/kLive?p=101&e=1_abcd1234&i=1&t=T0k",
     "kLive?p=101&e=1_abcd1234&i=1&t=T0k", "1", "1_abcd1234", Side::kBackup, "T0k", 101},
    {"any order, unknown keys, empty fields", "rtmp://h/kLive?t=T0k&&x=%zz&i=1&foo&e=1_abcd1234",
     "kLive?t=T0k&&x=%zz&i=1&foo&e=1_abcd1234", "1", "1_abcd1234", Side::kBackup},
    {"later duplicates win", "rtmp://h/kLive?t=old&i=1&e=1_abcd1234&i=0&t=T0k",
     "kLive?t=old&i=1&e=1_abcd1234&i=0&t=T0k", "1", "1_abcd1234"},
    {"slash behind the token", "rtmp://h/kLive?e=1_abcd1234&t=T0k/", "kLive?e=1_abcd1234&t=T0k/",
     "1", "1_abcd1234"},
    {"slashes behind a key in the middle", "rtmp://h/kLive?t=T0k//&e=1_abcd1234/",
     "kLive?t=T0k//&e=1_abcd1234/", "1", "1_abcd1234"},
    {"escaped values", "rtmp://h/kLive?e=1%5Fabcd1234&t=a%2Fb%3D%26+%25",
     "kLive?e=1%5Fabcd1234&t=a%2Fb%3D%26+%25", "1", "1_abcd1234", Side::kPrimary, "a/b=&+%"},
    {"one ffmpeg URL, ends in the name", "rtmp://h/kLive?p=101&e=1_abcd1234&i=0&t=T0k",
     "kLive?p=101&e=1_abcd1234&i=0&t=T0k", "1_abcd1234_1", "1_abcd1234", Side::kPrimary, "T0k",
     101},
    {"one URL given whole as the server", "rtmp://h/kLive?e=1_abcd1234&t=T0k/2",
     "kLive?e=1_abcd1234&t=T0k/2", "", "1_abcd1234", Side::kPrimary, "T0k", -1, "2"},
    {"one URL given whole, entry in the name", "rtmp://h/kLive?e=1_abcd1234&t=T0k/1_abcd1234_3",
     "kLive?e=1_abcd1234&t=T0k/1_abcd1234_3", "", "1_abcd1234", Side::kPrimary, "T0k", -1, "3"},
    {"query behind the name", "rtmp://h/kLive", "kLive", "1?p=101&e=1_abcd1234&i=1&t=T0k",
     "1_abcd1234", Side::kBackup, "T0k", 101},
    {"query behind the name, host has the entry", "rtmp://1_abcd1234.p.kpublish.kaltura.com/kLive",
     "kLive", "1_abcd1234_1?t=T0k", "1_abcd1234"},
    {"query alone as the name, ends in the name", "rtmp://h/kLive/_definst_", "kLive/_definst_",
     "?e=1_abcd1234&t=T0k/1", "1_abcd1234"},
    {"name in the server's path", "rtmp://h/kLive/1?e=1_abcd1234&t=T0k",
     "kLive/1?e=1_abcd1234&t=T0k", "", "1_abcd1234"},
    {"keys in the path", "rtmp://101.0.example.com/kLive/p/101/e/1_abcd1234/i/1/t/T0k",
     "kLive/p/101/e/1_abcd1234/i/1/t/T0k", "1", "1_abcd1234", Side::kBackup, "T0k", 101},
    {"keys in the path, as ffmpeg cuts it", "rtmp://h/kLive/p", "kLive/p",
     "101/e/1_abcd1234/i/1/t/T0k/1", "1_abcd1234", Side::kBackup, "T0k", 101},
    {"keys in the tcUrl alone", "rtmp://h/kLive?e=1_abcd1234&t=T0k", "kLive", "1", "1_abcd1234"},
    {"keys in the app alone", "rtmp://h/kLive", "kLive?e=1_abcd1234&t=T0k", "1", "1_abcd1234"},
    {"app left to the tcUrl", "rtmp://h:1935/kLive?e=1_abcd1234&t=T0k", "", "1", "1_abcd1234"},
    {"host without 1_", "rtmp://abcd1234.b.kpublish.kaltura.com/kLive?t=T0k", "kLive?t=T0k", "1",
     "1_abcd1234", Side::kBackup},
    {"host with 0-", "rtmp://0-abcd1234.b.kpublish.kaltura.com/kLive?t=T0k", "kLive?t=T0k", "1",
     "0_abcd1234", Side::kBackup},
    {"host in capitals", "RTMP://1_ABCD1234.P.KPUBLISH.KALTURA.COM/kLive?t=T0k", "kLive?t=T0k", "1",
     "1_abcd1234"},
    {"further labels", "rtmp://1_abcd1234.p.us.srv7.kpublish.kaltura.com/kLive?t=T0k",
     "kLive?t=T0k", "1", "1_abcd1234"},
    {"live cluster host",
     "rtmp://abcd1234.p.rtmp.publish.live.nvq1.ovp.kaltura.com:1935/kLive?t=T0k", "kLive?t=T0k",
     "1", "1_abcd1234"},
    {"own broadcast domain", "rtmp://1_abcd1234.b.live.example.org/kLive?t=T0k", "kLive?t=T0k", "1",
     "1_abcd1234", Side::kBackup},
    {"backend in front of the host", "rtmp://x-abcd1234.p.kpublish.kaltura.com/kLive?t=T0k",
     "kLive?t=T0k", "1", "1_abcd1234"},
    {"backend in front of 0-", "rtmp://eu-2-0-abcd1234.p.kpublish.kaltura.com/kLive?t=T0k",
     "kLive?t=T0k", "1", "0_abcd1234"},
    {"backend in front of e", "rtmp://h/kLive?e=x-1_abcd1234&t=T0k", "kLive?e=x-1_abcd1234&t=T0k",
     "1", "1_abcd1234"},
    {"number as the host's label", "rtmp://149119.b.kpublish.kaltura.com/kLive?e=1_abcd1234&t=T0k",
     "kLive?e=1_abcd1234&t=T0k", "1", "1_abcd1234", Side::kBackup},
    {"plain host", "rtmp://rtmp-0.cluster-1-a.live.example.com:1935/kLive?t=T0k&i=0&e=1_abcd1234",
     "kLive?t=T0k&i=0&e=1_abcd1234", "1", "1_abcd1234"},
    {"plain host in a domain called b", "rtmp://live.b.example.com/kLive?t=T0k&e=1_abcd1234",
     "kLive?t=T0k&e=1_abcd1234", "1", "1_abcd1234"},
    {"IPv6 and user in front", "rtmp://u:p@[::1]:1935/kLive?t=T0k&e=1_abcd1234",
     "kLive?t=T0k&e=1_abcd1234", "1", "1_abcd1234"},
    {"entry in the name alone", "rtmp://h/kLive?t=T0k", "kLive?t=T0k", "1_abcd1234_2", "1_abcd1234",
     Side::kPrimary, "T0k", -1, "2"},
    {"kLiveOTD", "rtmp://1_abcd1234.p.kpublish.kaltura.com/kLiveOTD?t=T0k", "kLiveOTD?t=T0k", "1",
     "1_abcd1234", Side::kPrimary, "T0k", -1, "1", "kLiveOTD"},
    {"_definst_", "rtmp://1_abcd1234.p.kpublish.kaltura.com/kLive/_definst_?t=T0k",
     "kLive/_definst_?t=T0k", "1", "1_abcd1234"},
    {"_definst_ and slash", "rtmp://1_abcd1234.p.kpublish.kaltura.com/kLive/_definst_/?t=T0k",
     "kLive/_definst_/?t=T0k", "1", "1_abcd1234"},
    {"FMLE's fields behind the name", "rtmp://h/kLive?e=1_abcd1234&t=T0k",
     "kLive?e=1_abcd1234&t=T0k", "1?videoKeyframeFrequency=5&totalDatarate=200", "1_abcd1234"},
    {"entry as the name", "rtmp://h/kLive?e=1_abcd1234&t=T0k", "kLive?e=1_abcd1234&t=T0k",
     "1_abcd1234", "1_abcd1234"},
    {"slash behind the name", "rtmp://h/kLive?e=1_abcd1234&t=T0k", "kLive?e=1_abcd1234&t=T0k", "1/",
     "1_abcd1234"},
    {"audio language", "rtmp://h/kLive?e=1_abcd1234&t=T0k", "kLive?e=1_abcd1234&t=T0k",
     "1_abcd1234_1004", "1_abcd1234", Side::kPrimary, "T0k", -1, "1004"},
    {"largest number", "rtmp://h/kLive?e=1_abcd1234&t=T0k", "kLive?e=1_abcd1234&t=T0k", "999999",
     "1_abcd1234", Side::kPrimary, "T0k", -1, "999999"},
    {"same entry said three times",
     "rtmp://1_abcd1234.p.kpublish.kaltura.com/kLive?e=1_abcd1234&t=T0k",
     "kLive?e=1_abcd1234&t=T0k", "1_abcd1234_1", "1_abcd1234"},
    {"i and p of the query win over the host",
     "rtmp://1_abcd1234.b.kpublish.kaltura.com/kLive?p=7&i=0&t=T0k", "kLive?p=7&i=0&t=T0k", "1",
     "1_abcd1234", Side::kPrimary, "T0k", 7},
};

TEST(PublishAddress, EverySpelling_GivesTheAddress) {
  for (const auto &row : kSpellings) {
    SCOPED_TRACE(row.title);
    const auto address = parse_publish(row.tc_url, row.app, row.name);
    ASSERT_TRUE(address) << address.error().message;
    EXPECT_EQ(address->entry, row.entry);
    EXPECT_EQ(address->side, row.side);
    EXPECT_EQ(address->token, row.token);
    EXPECT_EQ(address->partner.value_or(-1), row.partner);
    EXPECT_EQ(address->stream_name, row.stream_name);
    EXPECT_EQ(address->app, row.app_name);
  }
}

TEST(PublishAddress, EverySpelling_IsNotRefusedAtConnect) {
  for (const auto &row : kSpellings) {
    SCOPED_TRACE(row.title);
    const auto address = parse_connect(row.tc_url, row.app);
    ASSERT_TRUE(address) << address.error().message;
    EXPECT_EQ(address->app, row.app_name);
    EXPECT_EQ(address->stream_name, "");
  }
}

struct Refusal {
  const char *title, *tc_url, *app, *name;
  std::string sentence;
  bool at_connect = false;  ///< already known before the stream name
};

const std::string kWrongName = "Incorrect stream name/key ";
const std::string kInstead =
    ": type 1 or 1_abcd1234_1 instead, 2, 3, … for further streams of the entry.";
constexpr char kTc[] = "rtmp://h/kLive?e=1_abcd1234&t=T0k";
constexpr char kApp[] = "kLive?e=1_abcd1234&t=T0k";

const Refusal kRefusals[] = {
    {"placeholder", kTc, kApp, "%i", kWrongName + "%i (%i stands for a number)" + kInstead},
    {"placeholder behind the entry", kTc, kApp, "1_abcd1234_%i",
     kWrongName + "1_abcd1234_%i (%i stands for a number)" + kInstead},
    {"undefined", kTc, kApp, "undefined",
     kWrongName + "undefined (the encoder had no stream name)" + kInstead},
    {"undefined behind the entry", kTc, kApp, "1_abcd1234_undefined",
     kWrongName + "1_abcd1234_undefined (the encoder had no stream name)" + kInstead},
    {"no name", kTc, kApp, "", kWrongName + "(empty)" + kInstead},
    {"a word", kTc, kApp, "live", kWrongName + "live" + kInstead},
    {"zero", kTc, kApp, "0", kWrongName + "0" + kInstead},
    {"leading zero", kTc, kApp, "01", kWrongName + "01" + kInstead},
    {"seven digits", kTc, kApp, "1000000", kWrongName + "1000000" + kInstead},
    {"entry and an underscore", kTc, kApp, "1_abcd1234_", kWrongName + "1_abcd1234_" + kInstead},
    {"entry and a letter", kTc, kApp, "1_abcd12345", kWrongName + "1_abcd12345" + kInstead},
    {"markup is not repeated", kTc, kApp, "<b>\x01", kWrongName + "…" + kInstead},
    {"the token is not repeated", kTc, kApp, "xT0kx", kWrongName + "…" + kInstead},
    {"another entry in the name", kTc, kApp, "1_zzzzzzzz_1",
     kWrongName + "1_zzzzzzzz_1: it names another entry than the URL, 1_abcd1234. Type 1 or "
                  "1_abcd1234_1 instead."},
    {"another entry as the name", kTc, kApp, "0_abcd1234",
     kWrongName + "0_abcd1234: it names another entry than the URL, 1_abcd1234. Type 1 or "
                  "1_abcd1234_1 instead."},
    {"host and e differ", "rtmp://1_abcd1234.p.kpublish.kaltura.com/kLive?e=1_zzzzzzzz&t=T0k",
     "kLive?e=1_zzzzzzzz&t=T0k", "1",
     "Entry ids differ: the host name says 1_abcd1234, e= says 1_zzzzzzzz. Take the URL and the "
     "stream key of one entry.",
     true},
    {"two e differ", "rtmp://h/kLive?e=1_abcd1234&e=1_zzzzzzzz&t=T0k",
     "kLive?e=1_abcd1234&e=1_zzzzzzzz&t=T0k", "1",
     "Entry ids differ: e= says 1_abcd1234, e= says 1_zzzzzzzz. Take the URL and the stream key of "
     "one entry.",
     true},
    {"e behind the name differs", kTc, kApp, "1?e=1_zzzzzzzz",
     "Entry ids differ: e= says 1_abcd1234, e= says 1_zzzzzzzz. Take the URL and the stream key of "
     "one entry."},
    {"no entry", "rtmp://h/kLive?t=T0k", "kLive?t=T0k", "1",
     std::string("Missing argument: entryId. Put e=ENTRY into the server URL, ") + kUrl + "."},
    {"empty entry", "rtmp://h/kLive?t=T0k&e=", "kLive?t=T0k&e=", "1",
     std::string("Missing argument: entryId. Put e=ENTRY into the server URL, ") + kUrl + "."},
    {"no token", "rtmp://h/kLive?e=1_abcd1234", "kLive?e=1_abcd1234", "1",
     std::string("Missing argument: token. Put t=TOKEN into the server URL, ") + kUrl + "."},
    {"token typed as the name", "rtmp://1_abcd1234.p.kpublish.kaltura.com/kLive", "kLive", "T0k",
     std::string("Missing argument: token. Put t=TOKEN into the server URL, ") + kUrl + "."},
    {"bad index", "rtmp://h/kLive?e=1_abcd1234&i=2&t=T0k", "kLive?e=1_abcd1234&i=2&t=T0k", "1",
     "Invalid argument: server index. i= must be 0 for the primary or 1 for the backup.", true},
    {"empty index", "rtmp://h/kLive?e=1_abcd1234&i=&t=T0k", "kLive?e=1_abcd1234&i=&t=T0k", "1",
     "Invalid argument: server index. i= must be 0 for the primary or 1 for the backup.", true},
    {"bad entry", "rtmp://h/kLive?e=1_ABCD1234&t=T0k", "kLive?e=1_ABCD1234&t=T0k", "1",
     "Invalid argument: entryId. e= must be an entry id: 1_ and eight of 0-9 a-z, e=1_abcd1234.",
     true},
    {"bad partner", "rtmp://h/kLive?p=x&e=1_abcd1234&t=T0k", "kLive?p=x&e=1_abcd1234&t=T0k", "1",
     "Invalid argument: partnerId. p= must be the number of the partner, p=101.", true},
    {"bad escape", "rtmp://h/kLive?e=1_abcd1234&t=T0k%2", "kLive?e=1_abcd1234&t=T0k%2", "1",
     "Invalid argument: the value of t= has a '%' without two hexadecimal digits behind it. Write "
     "a percent sign as %25.",
     true},
    {"NUL in the token", "rtmp://h/kLive?e=1_abcd1234&t=T0k%00", "kLive?e=1_abcd1234&t=T0k%00", "1",
     "Invalid argument: token. t= must be the token of the entry, at most 256 characters and no "
     "control characters.",
     true},
    {"another app", "rtmp://h/live?e=1_abcd1234&t=T0k", "live?e=1_abcd1234&t=T0k", "1",
     std::string("Unknown application: the server URL needs kLive (or kLiveOTD) behind the host. "
                 "Type ") +
         kUrl + ".",
     true},
    {"app in the wrong case", "rtmp://h/klive?e=1_abcd1234&t=T0k", "klive?e=1_abcd1234&t=T0k", "1",
     std::string("Unknown application: the server URL needs kLive (or kLiveOTD) behind the host. "
                 "Type ") +
         kUrl + ".",
     true},
    {"nothing at all", "", "", "",
     std::string("Unknown application: the server URL needs kLive (or kLiveOTD) behind the host. "
                 "Type ") +
         kUrl + ".",
     true},
};

TEST(PublishAddress, EveryRefusal_SaysItsSentence) {
  for (const auto &row : kRefusals) {
    SCOPED_TRACE(row.title);
    const auto address = parse_publish(row.tc_url, row.app, row.name);
    ASSERT_FALSE(address);
    EXPECT_EQ(address.error().message, row.sentence);
    EXPECT_EQ(address.error().message.find("T0k"), std::string::npos);
    EXPECT_EQ(parse_connect(row.tc_url, row.app).has_value(), !row.at_connect);
  }
}

TEST(PublishAddress, TextsTooLong_AreRefused) {
  const std::string big(2049, 'x');
  EXPECT_FALSE(parse_connect("rtmp://h/kLive", "kLive?" + big));
  EXPECT_FALSE(parse_connect(big, "kLive"));
  const auto name = parse_publish(kTc, kApp, big);
  ASSERT_FALSE(name);
  EXPECT_EQ(name.error().code, base::ErrorCode::kTooLarge);
}

TEST(EntryId, OnlyTheExactForm_IsOne) {
  EXPECT_TRUE(is_entry_id("1_abcd1234"));
  EXPECT_TRUE(is_entry_id("0_00000000"));
  for (const auto text : {"", "1_abcd123", "1_abcd12345", "2_abcd1234", "1-abcd1234", "1_Abcd1234",
                          "1_abcd 234", "1_abcd/234"}) {
    EXPECT_FALSE(is_entry_id(text)) << text;
  }
}

TEST(Redact, SecretsOfEverySpelling_AreGone) {
  struct Row {
    const char *url, *expected;
  };
  const Row rows[] = {
      {"rtmp://h/kLive?p=101&e=1_abcd1234&i=0&t=T0k", "rtmp://h/kLive?p=101&e=1_abcd1234&i=0&t=…"},
      {"kLive?t=T0k&i=0", "kLive?t=…&i=0"},
      {"t=T0k/1", "t=…"},
      {"rtmp://h/kLive/e/1_abcd1234/t/T0k/1", "rtmp://h/kLive/e/1_abcd1234/t/…"},
      {"srt://h:7045?streamid=#:::e=1_abcd1234,st=0,p=T0k&passphrase=T0k",
       "srt://h:7045?streamid=#:::e=1_abcd1234,st=0,p=…&passphrase=…"},
      {"srt://h:7045?streamid=%23:::e%3D1_abcd1234%2Cst%3D0%2Cp%3DT0k",
       "srt://h:7045?streamid=%23:::e%3D1_abcd1234%2Cst%3D0%2Cp%3D…"},
      {"#:::name=1_abcd1234,type=p,token=T0k,index=1",
       "#:::name=1_abcd1234,type=p,token=…,index=1"},
      {"#:::e=1_abcd1234,st=1,ep=T0k", "#:::e=1_abcd1234,st=1,ep=…"},
      {"rtmp://host.p.example.com/kLive?first=1", "rtmp://host.p.example.com/kLive?first=1"},
  };
  for (const auto &row : rows) EXPECT_EQ(redact(row.url), row.expected);
}

}  // namespace
}  // namespace klive::kaltura
