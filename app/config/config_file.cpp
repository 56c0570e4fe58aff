// SPDX-License-Identifier: LGPL-2.1-or-later
// GKeyFile reads the values (escapes, UTF-8); it forgets lines and stops at the first mistake, so
// the lines are found beside it and those that it could not read are kept from it.
#include "config/config_file.h"

#include <glib.h>

#include <map>

#include "klive/ptr.h"

namespace klive::app {
namespace {

struct KeyFileFree {
  void operator()(GKeyFile *file) const { g_key_file_unref(file); }
};

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

std::vector<Setting> read_key_file(std::string_view text, const std::string &path,
                                   std::vector<std::string> &problems) {
  struct Found {
    std::string group, key, place;
  };
  std::vector<Found> found;
  std::map<std::string, std::string> first_place;
  std::string group, readable;
  for (size_t line_number = 1; !text.empty(); ++line_number) {
    const size_t length = text.find('\n');
    const std::string_view line = trim(text.substr(0, length));
    text.remove_prefix(length == std::string_view::npos ? text.size() : length + 1);
    const std::string place = path + ":" + std::to_string(line_number);

    if (line.empty() || line.front() == '#') continue;
    if (!g_utf8_validate_len(line.data(), line.size(), nullptr)) {
      problems.push_back(place + ": this line is not UTF-8");
      continue;
    }
    if (line.front() == '[' && line.back() == ']') {
      group = line.substr(1, line.size() - 2);
      readable.append(line).append("\n");
      continue;
    }
    const size_t equals = line.find('=');
    const std::string key(trim(line.substr(0, equals)));
    if (equals == std::string_view::npos || key.empty()) {
      problems.push_back(place + ": expected [group], key=value or a # comment");
      continue;
    }
    if (group.empty()) {
      problems.push_back(place + ": \"" + key + "\" stands before the first [group]");
      continue;
    }
    const auto [known, is_new] = first_place.emplace(group + "." + key, place);
    if (!is_new) {
      problems.push_back(place + ": " + group + "." + key + " is set twice, first in " +
                         known->second);
      continue;
    }
    readable.append(line).append("\n");
    found.push_back({group, key, place});
  }

  const std::unique_ptr<GKeyFile, KeyFileFree> file(g_key_file_new());
  GError *failed = nullptr;
  if (!readable.empty() && !g_key_file_load_from_data(file.get(), readable.data(), readable.size(),
                                                      G_KEY_FILE_NONE, &failed)) {
    const gst::ErrorPtr error(failed);
    problems.push_back(path + ": " + error->message);
    return {};
  }
  std::vector<Setting> settings;
  for (const Found &each : found) {
    failed = nullptr;
    const gst::CharPtr value(
        g_key_file_get_string(file.get(), each.group.c_str(), each.key.c_str(), &failed));
    if (!value) {
      const gst::ErrorPtr error(failed);
      problems.push_back(each.place + ": " + error->message);
      continue;
    }
    settings.push_back({each.group + "." + each.key, value.get(), each.place});
  }
  return settings;
}

}  // namespace klive::app
