// SPDX-License-Identifier: LGPL-2.1-or-later
// One table of keys says how each is read and written; load_config() applies settings from every
// place through it.
#include "config/config.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>

#include "klive/ptr.h"

#include "config/config_file.h"
#include "config/config_value.h"
#include "config/paths.h"

namespace klive::app {
namespace {

using Applied = base::Result<void>;

struct Key {
  const char *name;
  std::function<Applied(Config &, std::string_view)> set;
  std::function<std::string(const Config &)> write;
};

Applied take(base::Result<uint64_t> value, auto &to) {
  if (!value) return base::fail(std::move(value).error());
  to = static_cast<std::remove_reference_t<decltype(to)>>(*value);
  return {};
}

// Each maker below takes `at`, which finds the member in a Config.
Key text_key(const char *name, auto at) {
  return {name,
          [at](Config &config, std::string_view value) -> Applied {
            at(config) = value;
            return {};
          },
          [at](const Config &config) { return std::string(at(config)); }};
}

Key port_key(const char *name, auto at) {
  return {name,
          [at](Config &config, std::string_view value) {
            return take(parse_number(value, 0, std::numeric_limits<uint16_t>::max()), at(config));
          },
          [at](const Config &config) { return std::to_string(at(config)); }};
}

Key count_key(const char *name, auto at) {
  return {name,
          [at](Config &config, std::string_view value) {
            return take(parse_number(value, 1, 10'000'000), at(config));
          },
          [at](const Config &config) { return std::to_string(at(config)); }};
}

/// A count of which 0 is none.
Key limit_key(const char *name, auto at) {
  return {name,
          [at](Config &config, std::string_view value) {
            return take(parse_number(value, 0, 10'000'000), at(config));
          },
          [at](const Config &config) { return std::to_string(at(config)); }};
}

Key size_key(const char *name, auto at) {
  return {
      name,
      [at](Config &config, std::string_view value) { return take(parse_size(value), at(config)); },
      [at](const Config &config) { return format_size(at(config)); }};
}

Key counts_key(const char *name, auto at) {
  return {name,
          [at](Config &config, std::string_view value) -> Applied {
            auto counts = parse_counts(value);
            if (!counts) return base::fail(std::move(counts).error());
            at(config) = *std::move(counts);
            return {};
          },
          [at](const Config &config) { return format_counts(at(config)); }};
}

Key duration_key(const char *name, auto at) {
  return {name,
          [at](Config &config, std::string_view value) -> Applied {
            auto duration = parse_duration(value);
            if (!duration) return base::fail(std::move(duration).error());
            at(config) = *duration;
            return {};
          },
          [at](const Config &config) { return format_duration(at(config)); }};
}

Applied set_isolation(Config &config, std::string_view value) {
  if (value != "process" && value != "thread")
    return base::fail(base::ErrorCode::kInvalid,
                      "\"" + std::string(value) + "\" is neither \"process\" nor \"thread\"");
  config.server.isolation = value == "thread" ? Isolation::kThread : Isolation::kProcess;
  return {};
}

Applied set_backend_type(Config &config, std::string_view value) {
  if (value != "embedded" && value != "kaltura")
    return base::fail(base::ErrorCode::kInvalid,
                      "\"" + std::string(value) + "\" is neither \"embedded\" nor \"kaltura\"");
  config.backend.type = value == "kaltura" ? BackendType::kKaltura : BackendType::kEmbedded;
  return {};
}

/// Of a partner: above 0, or -5.
Applied set_partner(Config &config, std::string_view value) {
  if (value == "-5") {
    config.backend.partner_id = -5;
    return {};
  }
  return take(parse_number(value, 1, std::numeric_limits<int32_t>::max()),
              config.backend.partner_id);
}

std::vector<Key> keys() {
  return {
      text_key(
          "server.root", [](auto &c) -> auto & { return c.server.root; }),
      {"server.isolation", set_isolation,
       [](const Config &c) {
         return std::string(c.server.isolation == Isolation::kThread ? "thread" : "process");
       }},
      duration_key(
          "server.resume-window", [](auto &c) -> auto & { return c.server.resume_window; }),
      text_key(
          "server.pipelines", [](auto &c) -> auto & { return c.server.pipelines; }),
      text_key(
          "server.profiles", [](auto &c) -> auto & { return c.server.profiles; }),
      size_key(
          "server.worker-memory", [](auto &c) -> auto & { return c.server.worker_memory; }),

      text_key(
          "rtmp.address", [](auto &c) -> auto & { return c.rtmp.address; }),
      port_key(
          "rtmp.port", [](auto &c) -> auto & { return c.rtmp.port; }),
      count_key(
          "rtmp.max-connections", [](auto &c) -> auto & { return c.rtmp.max_connections; }),
      count_key(
          "rtmp.max-unauthorised", [](auto &c) -> auto & { return c.rtmp.max_unauthorised; }),
      count_key(
          "rtmp.max-unauthorised-per-address",
          [](auto &c) -> auto & { return c.rtmp.max_unauthorised_per_address; }),
      duration_key(
          "rtmp.publish-timeout", [](auto &c) -> auto & { return c.rtmp.publish_timeout; }),
      duration_key(
          "rtmp.silence-timeout", [](auto &c) -> auto & { return c.rtmp.silence_timeout; }),

      text_key(
          "http.address", [](auto &c) -> auto & { return c.http.address; }),
      port_key(
          "http.port", [](auto &c) -> auto & { return c.http.port; }),
      count_key(
          "http.max-connections", [](auto &c) -> auto & { return c.http.max_connections; }),
      text_key(
          "http.public-url", [](auto &c) -> auto & { return c.http.public_url; }),
      text_key(
          "http.web", [](auto &c) -> auto & { return c.http.web; }),

      limit_key(
          "api.max-live-inputs", [](auto &c) -> auto & { return c.api.max_live_inputs; }),
      limit_key(
          "api.max-live-outputs", [](auto &c) -> auto & { return c.api.max_live_outputs; }),
      counts_key(
          "api.max-live-by-tag", [](auto &c) -> auto & { return c.api.max_live_by_tag; }),

      text_key(
          "broadcast.domain", [](auto &c) -> auto & { return c.broadcast.domain; }),
      text_key(
          "broadcast.host", [](auto &c) -> auto & { return c.broadcast.host; }),
      port_key(
          "broadcast.port", [](auto &c) -> auto & { return c.broadcast.port; }),

      text_key(
          "packager.secret", [](auto &c) -> auto & { return c.packager.secret; }),
      text_key(
          "packager.signing-domain", [](auto &c) -> auto & { return c.packager.signing_domain; }),

      {"backend.type", set_backend_type,
       [](const Config &c) {
         return std::string(c.backend.type == BackendType::kKaltura ? "kaltura" : "embedded");
       }},
      text_key(
          "backend.service-url", [](auto &c) -> auto & { return c.backend.service_url; }),
      text_key(
          "backend.admin-secret", [](auto &c) -> auto & { return c.backend.admin_secret; }),
      text_key(
          "backend.admin-secret-file",
          [](auto &c) -> auto & { return c.backend.admin_secret_file; }),
      {"backend.partner-id", set_partner,
       [](const Config &c) { return std::to_string(c.backend.partner_id); }},
      text_key(
          "backend.server-node-name", [](auto &c) -> auto & { return c.backend.server_node_name; }),
      duration_key(
          "backend.timeout", [](auto &c) -> auto & { return c.backend.timeout; }),
  };
}

/// "server.resume-window" → "KLIVE_SERVER_RESUME_WINDOW".
std::string environment_name(std::string_view key) {
  std::string name = "KLIVE_";
  for (const char c : key)
    name += c == '.' || c == '-' ? '_' : static_cast<char>(g_ascii_toupper(c));
  return name;
}

std::string variable(const std::vector<std::string> &environment, std::string_view name) {
  for (const std::string &each : environment)
    if (each.size() > name.size() && each.starts_with(name) && each[name.size()] == '=')
      return each.substr(name.size() + 1);
  return {};
}

/// A service has its state folder from systemd; a person has one by the XDG base directories.
std::string default_root(const std::vector<std::string> &environment) {
  if (auto state = variable(environment, "STATE_DIRECTORY"); !state.empty()) return state;
  if (auto data = variable(environment, "XDG_DATA_HOME"); !data.empty()) return data + "/klive";
  if (auto home = variable(environment, "HOME"); !home.empty()) return home + "/.local/share/klive";
  return "/var/lib/klive";
}

std::vector<Setting> settings_of_environment(const std::vector<std::string> &environment,
                                             const std::vector<Key> &known,
                                             std::vector<std::string> &problems) {
  std::vector<Setting> settings;
  for (const std::string &each : environment) {
    if (!each.starts_with("KLIVE_")) continue;
    const size_t equals = std::min(each.find('='), each.size());
    const std::string name = each.substr(0, equals);
    const auto key =
        std::ranges::find_if(known, [&](const Key &k) { return environment_name(k.name) == name; });
    if (key == known.end()) {
      problems.push_back(name + ": no setting has this name (KLIVE_GROUP_KEY, as in " +
                         environment_name("http.port") + ")");
      continue;
    }
    settings.push_back({key->name, equals < each.size() ? each.substr(equals + 1) : "", name});
  }
  return settings;
}

std::vector<Setting> settings_of_overrides(const std::vector<std::string> &overrides,
                                           std::vector<std::string> &problems) {
  std::vector<Setting> settings;
  for (const std::string &each : overrides) {
    const size_t equals = each.find('=');
    if (equals == std::string::npos) {
      problems.push_back("--set " + each + ": expected group.key=value");
      continue;
    }
    const std::string name = each.substr(0, equals);
    settings.push_back({name, each.substr(equals + 1), "--set " + name});
  }
  return settings;
}

void check_backend(const Config &config, std::vector<std::string> &problems) {
  if (config.backend.type == BackendType::kEmbedded) return;
  const std::string &url = config.backend.service_url;
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    problems.push_back("backend.service-url: \"" + url +
                       "\" does not begin with http:// or https://; backend.type=kaltura needs the "
                       "address of the installation");
  if (url.ends_with('/') || url.find("/api_v3") != std::string::npos)
    problems.push_back("backend.service-url: \"" + url +
                       "\" has a path of the API or ends with \"/\"; write the address alone");
  if (config.backend.timeout.ns < 100'000'000)
    problems.push_back("backend.timeout: at least 100ms are needed for an answer");
  if (config.backend.admin_secret.empty() == config.backend.admin_secret_file.empty())
    problems.push_back(
        "backend.admin-secret: set it or backend.admin-secret-file, and not both; "
        "backend.type=kaltura needs the partner's admin secret");
}

void check_together(const Config &config, std::vector<std::string> &problems) {
  const std::string &url = config.http.public_url;
  if (!url.empty() && !url.starts_with("http://") && !url.starts_with("https://"))
    problems.push_back("http.public-url: \"" + url + "\" does not begin with http:// or https://");
  if (url.ends_with('/'))
    problems.push_back("http.public-url: \"" + url + "\" ends with \"/\"; write the origin alone");
  check_backend(config, problems);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> write_config(const Config &config) {
  std::vector<std::pair<std::string, std::string>> written;
  for (const Key &key : keys()) written.emplace_back(key.name, key.write(config));
  return written;
}

base::Result<Config> load_config(const std::string &path,
                                 const std::vector<std::string> &environment,
                                 const std::vector<std::string> &overrides) {
  const std::vector<Key> known = keys();
  std::vector<std::string> problems;
  std::vector<Setting> settings;

  if (!path.empty()) {
    gchar *text = nullptr;
    gsize size = 0;
    GError *failed = nullptr;
    if (!g_file_get_contents(path.c_str(), &text, &size, &failed)) {
      const gst::ErrorPtr error(failed);
      return base::fail(base::ErrorCode::kIo, error->message);
    }
    const gst::CharPtr owned(text);
    settings = read_key_file({text, size}, path, problems);
  }
  std::ranges::move(settings_of_environment(environment, known, problems),
                    std::back_inserter(settings));
  std::ranges::move(settings_of_overrides(overrides, problems), std::back_inserter(settings));

  Config config;
  for (const Setting &setting : settings) {
    const auto key =
        std::ranges::find_if(known, [&](const Key &k) { return setting.name == k.name; });
    if (key == known.end()) {
      problems.push_back(setting.place + ": unknown key " + setting.name);
      continue;
    }
    if (auto applied = key->set(config, setting.value); !applied)
      problems.push_back(setting.place + ": " + setting.name + ": " + applied.error().message);
  }
  check_together(config, problems);
  if (!problems.empty()) {
    std::string message;
    for (const std::string &problem : problems)
      message.append(message.empty() ? "" : "\n").append(problem);
    return base::fail(base::ErrorCode::kInvalid, message);
  }

  const Paths paths = own_paths();
  if (config.server.root.empty()) config.server.root = default_root(environment);
  if (config.server.pipelines.empty()) config.server.pipelines = paths.pipelines;
  if (config.http.web.empty()) config.http.web = paths.web;
  return config;
}

}  // namespace klive::app
