// SPDX-License-Identifier: LGPL-2.1-or-later
// A new folder that goes with the object.
#pragma once

#include <glib.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace klive::app::test {

class TempFolder {
 public:
  TempFolder() {
    char *path = g_dir_make_tmp("klive-test-XXXXXX", nullptr);
    EXPECT_NE(path, nullptr);
    if (path != nullptr) path_ = path;
    g_free(path);
  }
  ~TempFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder &) = delete;
  TempFolder &operator=(const TempFolder &) = delete;

  [[nodiscard]] const std::string &path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string &name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace klive::app::test
