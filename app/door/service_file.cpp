// SPDX-License-Identifier: LGPL-2.1-or-later
// Writing service.json and locking the data root.
#include "door/service_file.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "kaltura/value.h"
#include "klive/ptr.h"

namespace klive::app {

base::Result<std::unique_ptr<ServiceFile>> ServiceFile::lock(const std::string &root) {
  const std::string run = root + "/run";
  for (const std::string &folder : {root, run, root + "/live"}) {
    if (g_mkdir_with_parents(folder.c_str(), 0755) != 0) {
      return base::fail(base::ErrorCode::kIo, folder + ": cannot be made: " + std::strerror(errno) +
                                                  "; choose another data root with --root");
    }
  }
  const std::string lock_path = run + "/lock";
  const int fd = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return base::fail(base::ErrorCode::kIo, lock_path + ": " + std::strerror(errno));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    close(fd);
    return base::fail(base::ErrorCode::kConflict, "another klive serves the data root " + root +
                                                      "; stop it or choose another with --root");
  }
  return std::unique_ptr<ServiceFile>(new ServiceFile(run + "/service.json", fd));
}

ServiceFile::~ServiceFile() {
  g_unlink(path_.c_str());
  close(lock_fd_);
}

base::Result<void> ServiceFile::write(const ServiceAddresses &addresses) {
  const std::string json =
      "{\"pid\":" + std::to_string(getpid()) + ",\"http\":{\"address\":\"" +
      addresses.http_address + "\",\"port\":" + std::to_string(addresses.http_port) +
      "},\"rtmp\":{\"address\":\"" + addresses.rtmp_address +
      "\",\"port\":" + std::to_string(addresses.rtmp_port) + "}" +
      (addresses.installation.empty()
           ? ""
           : ",\"installation\":" + kaltura::write_json(addresses.installation)) +
      "}\n";
  GError *raw = nullptr;
  if (!g_file_set_contents_full(path_.c_str(), json.data(), static_cast<gssize>(json.size()),
                                G_FILE_SET_CONTENTS_CONSISTENT, 0600, &raw)) {
    const gst::ErrorPtr error(raw);
    return base::fail(base::ErrorCode::kIo, error->message);
  }
  return {};
}

}  // namespace klive::app
