// SPDX-License-Identifier: LGPL-2.1-or-later
// The configuration: data/klive.conf against the defaults, who overrides whom, and what is said
// about mistakes.
#include "config/config.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "config/build_paths.h"
#include "config/config_value.h"

namespace klive::app {
namespace {

/// A file that lives as long as the test.
class KeyFile {
 public:
  explicit KeyFile(const std::string &text) {
    gchar *name = nullptr;
    const int fd = g_file_open_tmp("klive-XXXXXX.conf", &name, nullptr);
    EXPECT_GE(fd, 0);
    close(fd);
    path = name;
    g_free(name);
    std::ofstream(path) << text;
  }
  ~KeyFile() { g_unlink(path.c_str()); }
  std::string path;
};

std::string shipped_file() {
  std::ifstream file(KLIVE_SOURCE_ROOT "/data/klive.conf");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The commented-out settings of a file: "group.key" → value.
std::map<std::string, std::string> commented_settings(const std::string &text) {
  std::map<std::string, std::string> settings;
  std::istringstream lines(text);
  std::string group;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('[')) group = line.substr(1, line.size() - 2);
    const size_t equals = line.find('=');
    if (line.size() < 2 || line[0] != '#' || line[1] == ' ' || equals == std::string::npos)
      continue;
    settings[group + "." + line.substr(1, equals - 1)] = line.substr(equals + 1);
  }
  return settings;
}

TEST(Config, ShippedFile_NamesEveryKeyAtItsDefault) {
  std::map<std::string, std::string> defaults;
  for (const auto &[name, value] : write_config(Config())) defaults[name] = value;
  EXPECT_EQ(commented_settings(shipped_file()), defaults);
}

TEST(Config, ShippedFileWithCommentsRemoved_IsTheDefaultConfiguration) {
  std::string text;
  std::istringstream lines(shipped_file());
  for (std::string line; std::getline(lines, line);) {
    if (line.size() > 1 && line[0] == '#' && line[1] != ' ') line.erase(0, 1);
    text += line + "\n";
  }
  const KeyFile file(text);
  const auto from_file = load_config(file.path, {"HOME=/home/x"}, {});
  const auto from_nothing = load_config("", {"HOME=/home/x"}, {});
  ASSERT_TRUE(from_file) << from_file.error().message;
  ASSERT_TRUE(from_nothing);
  EXPECT_EQ(write_config(*from_file), write_config(*from_nothing));
}

TEST(Config, SeveralMistakes_AreToldTogetherWithTheirLines) {
  const KeyFile file(
      "[server]\nrot=/"
      "x\nisolation=fibre\n\n[http]\nport=70000\nnonsense\nport=80\n[htp]\nport=1\n");
  const auto config = load_config(file.path, {"KLIVE_RTMP_PROT=1"}, {"rtmp.port", "a.b=c"});
  ASSERT_FALSE(config);
  const std::string &message = config.error().message;
  for (const std::string expected :
       {":2: unknown key server.rot", ":3: server.isolation: \"fibre\"", ":6: http.port: \"70000\"",
        ":7: expected [group]", ":8: http.port is set twice", ":10: unknown key htp.port",
        "KLIVE_RTMP_PROT: no setting", "--set rtmp.port: expected group.key=value",
        "--set a.b: unknown key a.b"})
    EXPECT_NE(message.find(expected), std::string::npos) << expected << " in\n" << message;
}

TEST(Config, FileEnvironmentAndCommandLine_LaterOverridesEarlier) {
  const KeyFile file("[http]\nport=1\n[rtmp]\nport=1\n[server]\nresume-window=1s\n");
  const auto config =
      load_config(file.path, {"KLIVE_HTTP_PORT=2", "KLIVE_SERVER_RESUME_WINDOW=2s", "PATH=/bin"},
                  {"http.port=3"});
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->http.port, 3);
  EXPECT_EQ(config->server.resume_window, base::MediaTime::from_seconds(2));
  EXPECT_EQ(config->rtmp.port, 1);
}

TEST(Config, RootNotSet_ComesFromSystemdThenXdgThenHome) {
  const auto root = [](const std::vector<std::string> &environment) {
    const auto config = load_config("", environment, {});
    return config ? config->server.root : config.error().message;
  };
  EXPECT_EQ(root({"HOME=/h", "XDG_DATA_HOME=/d", "STATE_DIRECTORY=/s"}), "/s");
  EXPECT_EQ(root({"HOME=/h", "XDG_DATA_HOME=/d"}), "/d/klive");
  EXPECT_EQ(root({"HOME=/h"}), "/h/.local/share/klive");
}

TEST(Config, FileThatIsNotThere_IsAnErrorThatNamesIt) {
  const auto config = load_config("/nonexistent/klive.conf", {}, {});
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().message.find("/nonexistent/klive.conf"), std::string::npos);
}

TEST(Config, PublicUrlWithoutScheme_IsRefused) {
  EXPECT_FALSE(load_config("", {}, {"http.public-url=live.example.org"}));
  EXPECT_FALSE(load_config("", {}, {"http.public-url=https://live.example.org/"}));
  EXPECT_TRUE(load_config("", {}, {"http.public-url=https://live.example.org"}));
}

TEST(Config, MediaServerOfKaltura_NeedsAddressAndOneSecret) {
  const auto load = [](std::vector<std::string> settings) {
    settings.push_back("backend.type=kaltura");
    return load_config("", {}, settings);
  };
  const std::string url = "backend.service-url=https://kaltura.example.org";
  const auto config = load({url, "backend.admin-secret=s", "backend.partner-id=102"});
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->backend.partner_id, 102);
  EXPECT_EQ(load({url, "backend.admin-secret-file=/s"})->backend.partner_id, -5);
  EXPECT_FALSE(load({"backend.admin-secret=s"}));
  EXPECT_FALSE(load({url}));
  EXPECT_FALSE(load({url, "backend.admin-secret=s", "backend.admin-secret-file=/s"}));
  EXPECT_FALSE(load({url + "/api_v3", "backend.admin-secret=s"}));
  EXPECT_FALSE(load({url, "backend.admin-secret=s", "backend.partner-id=-1"}));
  EXPECT_FALSE(load({url, "backend.admin-secret=s", "backend.timeout=0"}));
  EXPECT_FALSE(load_config("", {}, {"backend.type=sql"}));
}

TEST(ConfigValue, Durations_AreReadWithTheirUnitOnly) {
  EXPECT_EQ(parse_duration("500ms")->ns, 500'000'000);
  EXPECT_EQ(parse_duration("6s")->ns, 6'000'000'000);
  EXPECT_EQ(parse_duration("10m")->ns, 600'000'000'000);
  EXPECT_EQ(parse_duration("2h")->ns, 7'200'000'000'000);
  EXPECT_EQ(parse_duration("0")->ns, 0);
  for (const char *text : {"", "6", "s", "-6s", "6 s", "6s ", "6sec", "9999999999999h"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(ConfigValue, Sizes_ArePowersOf1024) {
  EXPECT_EQ(*parse_size("4096"), 4096u);
  EXPECT_EQ(*parse_size("512M"), 512ull << 20);
  EXPECT_EQ(*parse_size("2G"), 2ull << 30);
  for (const char *text : {"", "G", "2g", "2GB", "-1", "99999999999T"})
    EXPECT_FALSE(parse_size(text)) << text;
}

TEST(ConfigValue, Counts_AreNamesWithANumberEach) {
  const auto counts = parse_counts("webcast:5, low latency:2,a:b:1");
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(*counts, (Counts{{"webcast", 5}, {"low latency", 2}, {"a:b", 1}}));
  EXPECT_EQ(format_counts(*counts), "a:b:1,low latency:2,webcast:5");
  EXPECT_TRUE(parse_counts("")->empty());
  for (const char *bad : {"webcast", "webcast:", "webcast:0", "webcast:x", ":5", "a:1,a:2"}) {
    EXPECT_FALSE(parse_counts(bad)) << bad;
  }
  EXPECT_EQ(parse_counts("webcast:0").error().message,
            "\"webcast:0\" is no name with a number of 1 to 10000000, each name once; write "
            "webcast:5, lowlatency:2");
}

TEST(ConfigValue, Writing_TakesTheLargestUnitThatFits) {
  EXPECT_EQ(format_duration(base::MediaTime::from_seconds(180)), "3m");
  EXPECT_EQ(format_duration(base::MediaTime::from_seconds(90)), "90s");
  EXPECT_EQ(format_duration(base::MediaTime{}), "0");
  EXPECT_EQ(format_size(2ull << 30), "2G");
  EXPECT_EQ(format_size(1000), "1000");
}

}  // namespace
}  // namespace klive::app
