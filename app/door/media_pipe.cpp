// SPDX-License-Identifier: LGPL-2.1-or-later
// Opening, asking and draining the pipe.
#include "door/media_pipe.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace klive::app {
namespace {

constexpr int kSocketBuffer = 4 * 1024 * 1024;  // asked for; the kernel's own limit caps it

gboolean throw_away(gint fd, GIOCondition, gpointer) {
  std::array<char, 64 * 1024> scratch;
  // Not through O_NONBLOCK: the worker's duplicate shares that flag.
  while (recv(fd, scratch.data(), scratch.size(), MSG_DONTWAIT) > 0) {
  }
  return G_SOURCE_CONTINUE;
}

}  // namespace

base::Result<std::shared_ptr<MediaPipe>> MediaPipe::open() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return base::fail(base::ErrorCode::kIo,
                      std::string("The server is out of resources: ") + std::strerror(errno));
  }
  setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &kSocketBuffer, sizeof kSocketBuffer);
  return std::shared_ptr<MediaPipe>(new MediaPipe(gst::UniqueFd(ends[0]), gst::UniqueFd(ends[1])));
}

MediaPipe::~MediaPipe() {
  if (!discarding_) return;
  g_source_destroy(discarding_);
  g_source_unref(discarding_);
}

uint64_t MediaPipe::unread() const {
  int unread = 0;
  return ioctl(write_.get(), SIOCOUTQ, &unread) == 0 && unread > 0 ? static_cast<uint64_t>(unread)
                                                                   : 0;
}

void MediaPipe::discard() {
  if (discarding_) return;
  discarding_ = g_unix_fd_source_new(read_.get(), G_IO_IN);
  g_source_set_callback(discarding_, G_SOURCE_FUNC(throw_away), nullptr, nullptr);
  g_source_attach(discarding_, nullptr);
}

}  // namespace klive::app
