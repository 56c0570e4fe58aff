// SPDX-License-Identifier: LGPL-2.1-or-later
// Where media servers are played from: what their nodes say, and what is put into a node.
#include "kaltura/media_server_address.h"

#include <gtest/gtest.h>

namespace klive::kaltura {
namespace {

Value node_of(const std::string &more) {
  const auto node = read_json(R"({"hostName":"media-1.example.org")" + more + "}");
  EXPECT_TRUE(node);
  return node ? *node : Value();
}
std::string pairs(const std::string &name, const std::string &list) {
  return ",\"" + name + "\":[" + list + "]";
}
std::string pair(const std::string &key, const std::string &value) {
  return R"({"key":")" + key + R"(","value":")" + value + R"("})";
}
std::string domains(const std::string &list) {
  return pairs("mediaServerPlaybackDomainConfig", list);
}
std::string ports(const std::string &list) { return pairs("mediaServerPortConfig", list); }
std::string address(const std::string &more, const std::string &protocol = "http",
                    const std::string &format = "applehttp") {
  const auto found = playback_address(node_of(more), protocol, format);
  return found ? found->protocol + "://" + found->host : "nothing";
}

TEST(MediaServerAddress, NothingIsConfigured_IsTheHostName) {
  EXPECT_EQ(address(""), "http://media-1.example.org");
  EXPECT_EQ(address("", "https"), "https://media-1.example.org");
}

TEST(MediaServerAddress, ProtocolAndFormat_TheMostExactCounts) {
  const std::string more =
      domains(pair("http", "a.example.org") + "," + pair("http-mpegdash", "b.example.org")) +
      ports(pair("http", "8080") + "," + pair("http-mpegdash", "80"));
  EXPECT_EQ(address(more), "http://a.example.org:8080");
  EXPECT_EQ(address(more, "http", "mpegdash"), "http://b.example.org");
}

TEST(MediaServerAddress, OtherProtocolAloneIsConfigured_IsUsed) {
  EXPECT_EQ(address(ports(pair("http", "8080")), "https"), "http://media-1.example.org:8080");
  EXPECT_EQ(address(ports(pair("https", "443")), "http"), "https://media-1.example.org");
}

TEST(MediaServerAddress, WhatIsNoHost_GoesIntoNoAddress) {
  for (const char *host : {"", "a b", "a/b", "a\\r\\nSet-Cookie: x", "evil.example.org/", "a:b@c"})
    EXPECT_EQ(address(domains(pair("http", host))), "nothing") << host;
  for (const char *port : {"0", "65536", "80x", "-1"})
    EXPECT_EQ(address(ports(pair("http", port))), "nothing") << port;
}

TEST(MediaServerAddress, WhatWasPutIntoANode_IsRead) {
  for (const char *origin : {"http://127.0.0.1:8080", "https://live.example.org",
                             "http://[::1]:8080", "https://[2001:db8::1]"}) {
    Value node = node_of("");
    ASSERT_TRUE(set_playback_address(node, origin)) << origin;
    const auto found = playback_address(node, "http", "applehttp");
    ASSERT_TRUE(found) << origin;
    EXPECT_EQ(found->protocol + "://" + found->host, origin);
  }
  Value node = node_of("");
  for (const char *origin : {"live.example.org", "ftp://a", "http://", "http://a/b", "http://a:b"})
    EXPECT_FALSE(set_playback_address(node, origin)) << origin;
}

}  // namespace
}  // namespace klive::kaltura
