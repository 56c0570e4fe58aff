// SPDX-License-Identifier: LGPL-2.1-or-later
// Settings as they were written, each with the place where: a GLib key file, the environment, the
// command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace klive::app {

/// One assignment. Plain value.
struct Setting {
  std::string name;  ///< "group.key"
  std::string value;
  std::string place;  ///< "/etc/klive/klive.conf:12", "KLIVE_HTTP_PORT", "--set http.port"
};

/// The assignments of a key file's text, in order. Lines that are none, and a key that is set
/// twice, are added to `problems`; everything else is still read.
[[nodiscard]] std::vector<Setting> read_key_file(std::string_view text, const std::string &path,
                                                 std::vector<std::string> &problems);

}  // namespace klive::app
