// SPDX-License-Identifier: LGPL-2.1-or-later
// PublicWindows: a mark in the folder of each window that everybody may have whole.
#include "live/public_windows.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "klive/ptr.h"
#include "klive/unique_fd.h"
#include "live/log.h"

namespace klive::app {
namespace {

bool add_mark(const std::string &path) {
  const gst::UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  return static_cast<bool>(file);
}

/// After a power loss it must not be there again.
bool remove_mark(const std::string &folder, const std::string &path) {
  if (unlink(path.c_str()) != 0) return errno == ENOENT;
  const gst::UniqueFd opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened && fsync(opened.get()) == 0;
}

}  // namespace

void PublicWindows::make(const std::string &entry) {
  (void)g_mkdir_with_parents((live_root_ + "/" + entry).c_str(), 0755);
  update(entry);
}

void PublicWindows::update(const std::string &entry) {
  const std::string folder = live_root_ + "/" + entry, path = folder + "/public";
  auto is_public = is_public_.lock();
  if ((*is_public)(entry)) {
    if (!add_mark(path) && errno != ENOENT) {
      GST_WARNING_ID(entry.c_str(), "a web server will ask about each of its files: %s: %s",
                     path.c_str(), g_strerror(errno));
    }
  } else if (!remove_mark(folder, path)) {
    GST_ERROR_ID(entry.c_str(), "a web server may show what is a preview: %s: %s", path.c_str(),
                 g_strerror(errno));
  }
}

}  // namespace klive::app
