// SPDX-License-Identifier: LGPL-2.1-or-later
// Every spelling of an SRT stream id, and every refusal with its sentence.
#include "kaltura/srt_stream_id.h"

#include <gtest/gtest.h>

namespace klive::kaltura {
namespace {

const SrtPassKeys kDefaults;
const SrtPassKeys kOwn{"0123456789abcdef0123456789abcdef", "fedcba9876543210"};
const std::string kLongToken(256, 'x');

struct Spelling {
  const char *title;
  std::string text;
  Side side = Side::kPrimary;
  std::string token = "T0k";
  const char *passphrase = "";
  const char *stream_name = "1";
  const SrtPassKeys &keys = kDefaults;
};

const Spelling kSpellings[] = {
    {"in the clear", "#:::e=1_abcd1234,st=0,p=T0k"},
    {"backup", "#:::e=1_abcd1234,st=1,p=T0k", Side::kBackup},
    // The vectors of the encrypted passphrase; it is the token, too.
    {"encrypted", "#:::e=1_abcd1234,st=0,ep=DitVcB_6ttp9eE-OEwyjYg", Side::kPrimary,
     "DitVcB_6ttp9eE-OEwyjYg", "1234567890"},
    {"encrypted with keys of its own", "#:::e=1_abcd1234,st=1,ep=npXpqjQz3aDgeMbO14MdBw",
     Side::kBackup, "npXpqjQz3aDgeMbO14MdBw", "1234567890", "1", kOwn},
    {"a passphrase of two blocks",
     "#:::e=1_abcd1234,st=0,ep=AnZmvKbcxMKcMa1ibpUUlXfoR4hbq0cATkY2bu2bNmI", Side::kPrimary,
     "AnZmvKbcxMKcMa1ibpUUlXfoR4hbq0cATkY2bu2bNmI", "abcdefghijklmnopqrstuvwxyz", "1", kOwn},
    {"the header is missing", "e=1_abcd1234,st=0,p=T0k"},
    {"'#' escaped", "%23:::e=1_abcd1234,st=1,p=T0k", Side::kBackup},
    {"all of it escaped", "%23%3A%3A%3Ae%3D1_abcd1234%2Cst%3D1%2Cp%3DT0k", Side::kBackup},
    {"escaped, without the header", "e%3d1_abcd1234%2cp%3dT0k"},
    {"the older dialect", "#:::name=1_abcd1234,type=p,token=T0k,index=1"},
    {"the older dialect, second stream of the backup",
     "#:::name=1_abcd1234,type=b,token=T0k,index=2", Side::kBackup, "T0k", "", "2"},
    {"any order, unknown keys, empty fields", ",p=T0k,,m=publish,x,st=,index=,e=1_abcd1234,"},
    {"later duplicates win", "#:::p=old,st=1,e=1_abcd1234,st=0,p=T0k,p="},
    {"one entry named twice", "#:::e=1_abcd1234,name=1_abcd1234,p=T0k"},
    {"backend prefix", "#:::e=eu-1_abcd1234,st=0,p=T0k"},
    {"no side", "#:::e=1_abcd1234,p=T0k"},
    {"what is not escaped stays as it is", "#:::e=1_abcd1234,st=0,p=a=b%2Fc+d", Side::kPrimary,
     "a=b%2Fc+d"},
    {"the longest token", "#:::e=1_abcd1234,p=" + kLongToken, Side::kPrimary, kLongToken},
};

TEST(SrtStreamId, Spellings_GiveTheSameValue) {
  for (const Spelling &row : kSpellings) {
    SCOPED_TRACE(row.title);
    const auto id = parse_srt_stream_id(row.text, row.keys);
    ASSERT_TRUE(id) << id.error().message;
    EXPECT_EQ(id->entry, "1_abcd1234");
    EXPECT_EQ(id->side, row.side);
    EXPECT_EQ(id->token, row.token);
    EXPECT_EQ(id->passphrase, row.passphrase);
    EXPECT_EQ(id->stream_name, row.stream_name);
  }
}

struct Refusal {
  const char *title;
  std::string text;
  std::string sentence;
};

const std::string kType = " Type the stream id #:::e=ENTRY,st=0,p=TOKEN.";
const std::string kWrongEntry =
    "Invalid argument: entryId. e= must be an entry id: 1_ and eight of 0-9 a-z, e=1_abcd1234.";
const std::string kWrongPassphrase =
    "Invalid argument: passphrase. ep= is no passphrase that was encrypted with the keys of this "
    "server. Take the stream id anew from the entry.";
const std::string kWrongToken =
    "Invalid argument: token. p= must be the token of the entry, at most 256 characters and no "
    "control characters.";
const std::string kWrongStream =
    "Invalid argument: stream. index= must be the number of the stream, index=1.";

std::string with_passphrase(std::string_view passphrase) {
  return "#:::e=1_abcd1234,st=0,ep=" + encrypt_srt_pass(passphrase, kDefaults);
}

const Refusal kRefusals[] = {
    {"nothing", "", "There is no stream id." + kType},
    {"too long", "#:::e=1_abcd1234,p=T0k,x=" + std::string(512, 'x'),
     "The stream id is longer than 512 characters." + kType},
    {"a word", "live", "Missing argument: entryId." + kType},
    {"the header alone", "#:::", "Missing argument: entryId." + kType},
    {"SRT's own header", "#!::r=1_abcd1234,m=publish",
     "The stream id begins as none of Kaltura's." + kType},
    {"half a header", "#::e=1_abcd1234,p=T0k",
     "The stream id begins as none of Kaltura's." + kType},
    {"a broken escape", "%23:::e=1_abcd1234,p=%zz",
     "The stream id has a '%' without two hexadecimal digits behind it." + kType},
    {"no entry", "#:::st=0,p=T0k", "Missing argument: entryId." + kType},
    {"empty entry", "#:::e=,st=0,p=T0k", "Missing argument: entryId." + kType},
    {"a token for an entry", "#:::e=T0kT0k,st=0,p=T0k", kWrongEntry},
    {"a path for an entry", "#:::e=../../etc/passwd,st=0,p=T0k", kWrongEntry},
    {"an entry and more", "#:::e=1_abcd1234x,st=0,p=T0k", kWrongEntry},
    {"a NUL in the entry",
     std::string("#:::e=1_abcd\0"
                 "34,p=T0k",
                 21),
     kWrongEntry},
    {"a wrong entry in the older dialect", "#:::name=x,token=T0k",
     "Invalid argument: entryId. name= must be an entry id: 1_ and eight of 0-9 a-z, "
     "name=1_abcd1234."},
    {"two entries", "#:::e=1_abcd1234,name=1_zzzzzzzz,p=T0k",
     "Entry ids differ: e= says 1_abcd1234, name= says 1_zzzzzzzz. Take the URL and the stream key "
     "of one entry."},
    {"no token", "#:::e=1_abcd1234,st=0", "Missing argument: token." + kType},
    {"empty token", "#:::e=1_abcd1234,st=0,p=", "Missing argument: token." + kType},
    {"a control character in the token", "#:::e=1_abcd1234,p=T0\nk", kWrongToken},
    {"a NUL out of an escape", "%23:::e=1_abcd1234,p=T0k%00", kWrongToken},
    {"a token too long", "#:::e=1_abcd1234,p=" + kLongToken + "x", kWrongToken},
    {"token and passphrase", "#:::e=1_abcd1234,p=T0k,ep=DitVcB_6ttp9eE-OEwyjYg",
     "Invalid argument: token. p= and ep= are both there; one of them counts." + kType},
    {"a side that is none", "#:::e=1_abcd1234,st=2,p=T0k",
     "Invalid argument: server index. st= must be 0 for the primary or 1 for the backup."},
    {"a side of the older dialect that is none", "#:::e=1_abcd1234,type=0,p=T0k",
     "Invalid argument: server index. type= must be p for the primary or b for the backup."},
    {"a stream that is no number", "#:::e=1_abcd1234,p=T0k,index=x", kWrongStream},
    {"stream zero", "#:::e=1_abcd1234,p=T0k,index=0", kWrongStream},
    {"a stream of seven digits", "#:::e=1_abcd1234,p=T0k,index=1000000", kWrongStream},
    {"other keys", "#:::e=1_abcd1234,st=0,ep=npXpqjQz3aDgeMbO14MdBw", kWrongPassphrase},
    {"half a block", "#:::e=1_abcd1234,st=0,ep=DitVcB_6ttp9eE", kWrongPassphrase},
    {"a letter changed", "#:::e=1_abcd1234,st=0,ep=EitVcB_6ttp9eE-OEwyjYg", kWrongPassphrase},
    {"no base64", "#:::e=1_abcd1234,st=0,ep=!", kWrongPassphrase},
    {"an empty passphrase", with_passphrase(""), kWrongPassphrase},
    {"a passphrase too short for SRT", with_passphrase("123456789"), kWrongPassphrase},
    {"a passphrase too long for SRT", with_passphrase(std::string(80, 'x')), kWrongPassphrase},
    {"a control character in the passphrase",
     with_passphrase("12345\x01"
                     "67890"),
     kWrongPassphrase},
};

TEST(SrtStreamId, Refusals_SayWhatToTypeAndNoSecret) {
  for (const Refusal &row : kRefusals) {
    SCOPED_TRACE(row.title);
    const auto id = parse_srt_stream_id(row.text, kDefaults);
    ASSERT_FALSE(id);
    EXPECT_EQ(id.error().message, row.sentence);
    EXPECT_EQ(id.error().message.find("T0k"), std::string::npos);
  }
}

TEST(SrtStreamId, PassphrasesThatSrtTakes_ComeBackFromTheirStreamId) {
  for (const size_t size : {10u, 15u, 16u, 17u, 79u}) {
    const std::string passphrase(size, 'p');
    const auto id = parse_srt_stream_id(with_passphrase(passphrase), kDefaults);
    ASSERT_TRUE(id) << size << ": " << id.error().message;
    EXPECT_EQ(id->passphrase, passphrase);
  }
}

}  // namespace
}  // namespace klive::kaltura
