// SPDX-License-Identifier: LGPL-2.1-or-later
// ROOT/run/service.json: how the command line finds the running service. Written when ready, mode
// 0600, removed at the end.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

namespace klive::app {

struct ServiceAddresses {
  std::string http_address, rtmp_address;
  uint16_t http_port = 0, rtmp_port = 0;
  std::string installation;  ///< whose media server this is; empty = it has entries of its own
};

/// Owns the file and a lock on ROOT that keeps a second service off it. Movable through unique_ptr
/// only.
class ServiceFile {
 public:
  /// Fails when another service runs on this root.
  [[nodiscard]] static base::Result<std::unique_ptr<ServiceFile>> lock(const std::string &root);
  ~ServiceFile();
  ServiceFile(const ServiceFile &) = delete;
  ServiceFile &operator=(const ServiceFile &) = delete;
  [[nodiscard]] base::Result<void> write(const ServiceAddresses &addresses);

 private:
  ServiceFile(std::string path, int lock_fd) : path_(std::move(path)), lock_fd_(lock_fd) {}
  std::string path_;
  int lock_fd_;
};

}  // namespace klive::app
