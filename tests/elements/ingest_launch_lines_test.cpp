// SPDX-License-Identifier: LGPL-2.1-or-later
// The example launch lines of the elements that take publications in: each is started as it stands
// in the documentation, on a free port and with a file of its own, and published to.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rtmp_publisher.h"
#include "test_pipeline.h"

namespace klive {
namespace {

using test::RtmpPublisher;
using test::TempFile;

std::string read_file(const std::string &path) {
  gchar *content = nullptr;
  gsize size = 0;
  if (!g_file_get_contents(path.c_str(), &content, &size, nullptr)) return {};
  const gst::CharPtr owned(content);
  return std::string(content, size);
}

void replace(std::string &text, const std::string &from, const std::string &to) {
  const size_t at = text.find(from);
  if (at != std::string::npos) text.replace(at, from.size(), to);
}

// What stands between |[ and ]|, its rows joined.
std::vector<std::string> launch_lines(const std::string &source) {
  const std::string text = read_file(source);
  const std::string program = "gst-launch-1.0 ";
  std::vector<std::string> lines;
  for (size_t at = text.find("|["); at != std::string::npos; at = text.find("|[", at)) {
    const size_t end = text.find("]|", at);
    std::string line = text.substr(at + 2, end - at - 2);
    while (line.find("\n * ") != std::string::npos) replace(line, "\n * ", " ");
    const size_t start = line.find(program);
    if (start != std::string::npos) lines.push_back(line.substr(start + program.size()));
    at = end;
  }
  return lines;
}

class IngestLaunchLines : public testing::TestWithParam<const char *> {};

TEST_P(IngestLaunchLines, PublishedTo_FileHoldsFlv) {
  gst_init(nullptr, nullptr);
  const char *root = g_getenv("KLIVE_SOURCE_ROOT");
  ASSERT_TRUE(root) << "set KLIVE_SOURCE_ROOT to the tree's root";
  const auto lines = launch_lines(std::string(root) + "/plugins/" + GetParam());
  ASSERT_FALSE(lines.empty());
  const TempFile entries("entries.json", R"({"entries":[{"id":"1_abcd1234", "token":"8f3c"}]})");
  for (std::string line : lines) {
    SCOPED_TRACE(line);
    const TempFile out("klive.flv", "");
    replace(line, ":1935/", ":0/");
    replace(line, "entries.json", entries.path());
    replace(line, "klivertmpsrc ", "klivertmpsrc name=src ");
    replace(line, "filesink location=/tmp/klive.flv", "filesink name=out location=" + out.path());
    test::TestPipeline pipeline(line);
    ASSERT_TRUE(pipeline.play());
    guint port = 0;
    g_object_get(pipeline.element("src").get(), "port", &port, nullptr);
    RtmpPublisher publisher(static_cast<uint16_t>(port), "kLive?e=1_abcd1234&t=8f3c", "1");
    ASSERT_EQ(publisher.publish(), RtmpPublisher::Phase::kPublished)
        << publisher.refusal().description;
    publisher.unpublish();
    ASSERT_TRUE(pipeline.wait_for_message("klive-publication-ended"));
    pipeline.stop();
    EXPECT_EQ(read_file(out.path()).substr(0, 3), "FLV");
  }
}

INSTANTIATE_TEST_SUITE_P(Elements, IngestLaunchLines,
                         testing::Values("rtmpsrc/element.cpp", "auth/auth.cpp",
                                         "flavormap/flavormap.cpp"));

}  // namespace
}  // namespace klive
