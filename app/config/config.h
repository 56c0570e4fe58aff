// SPDX-License-Identifier: LGPL-2.1-or-later
// The configuration of `klive serve`: data/klive.conf documents every key at its default, and a
// test holds the two equal.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/media_time.h"
#include "base/result.h"

namespace klive::app {

enum class Isolation { kProcess, kThread };
enum class BackendType { kEmbedded, kKaltura };

/// Resolved settings. Plain value; read once at start.
struct Config {
  struct {
    std::string root;  ///< data root; default $XDG_DATA_HOME/klive, /var/lib/klive as a service
    Isolation isolation = Isolation::kProcess;
    base::MediaTime resume_window = base::MediaTime::from_seconds(180);
    std::string pipelines;  ///< folder of descriptions; default the installed or the source one
    std::string profiles;   ///< file of more live params and conversion profiles; empty = none
    uint64_t worker_memory =
        2ull
        << 30;  ///< bytes of address-space-independent limit per worker (RLIMIT_DATA); 0 = none
  } server;
  struct {
    std::string address = "::";
    uint16_t port = 1935;
    uint32_t max_connections = 4096;
    uint32_t max_unauthorised = 1024;
    uint32_t max_unauthorised_per_address = 64;
    base::MediaTime publish_timeout = base::MediaTime::from_seconds(10);
    base::MediaTime silence_timeout =
        base::MediaTime::from_seconds(60);  ///< publication without a byte for so long is ended
  } rtmp;
  struct {
    std::string address = "::";
    uint16_t port = 8080;
    uint32_t max_connections = 10000;
    std::string public_url;  ///< origin that players are told, e.g. https://live.example.org; empty
                             ///< = the request's own
    std::string web;         ///< folder of the pages; default the installed or the built one
  } http;
  struct {
    uint32_t max_live_inputs = 0;   ///< entries of a partner on air at once; 0 = no limit
    uint32_t max_live_outputs = 0;  ///< of those that are transcoded; 0 = no limit
    std::map<std::string, int64_t> max_live_by_tag;  ///< of those with an admin tag
  } api;
  struct {
    std::string domain;  ///< when set publish URLs are <entry>.<p|b>.<domain>
    std::string host;    ///< host of publish URLs; empty = the host the API was asked at
    uint16_t port = 0;   ///< port of publish URLs; 0 = that of rtmp
  } broadcast;
  struct {
    std::string secret;          ///< that addresses of the packager are signed with; empty = none
    std::string signing_domain;  ///< signed in the place of the host; empty = the host
  } packager;
  struct {
    BackendType type = BackendType::kEmbedded;
    std::string service_url;                      ///< of the Kaltura installation, without /api_v3
    std::string admin_secret, admin_secret_file;  ///< one of them; the file's first line counts
    int64_t partner_id = -5;       ///< -5: a media server that acts for every partner
    std::string server_node_name;  ///< that the installation knows this server by; default: the
                                   ///< host's
    base::MediaTime timeout = base::MediaTime::from_seconds(5);  ///< of a call of its API
  } backend;
};

/// Defaults, then the file (when `path` is not empty), then KLIVE_GROUP_KEY of `environment`
/// ("NAME=value"), then `overrides` ("group.key=value"). Every unknown key or bad value is an error
/// with file and line, all of them at once.
[[nodiscard]] base::Result<Config> load_config(const std::string &path,
                                               const std::vector<std::string> &environment,
                                               const std::vector<std::string> &overrides);

/// Every key and its value as a file spells them: ("server.resume-window", "3m").
[[nodiscard]] std::vector<std::pair<std::string, std::string>> write_config(const Config &config);

}  // namespace klive::app
