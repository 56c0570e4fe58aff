// SPDX-License-Identifier: LGPL-2.1-or-later
// What is known of all publications of an entry together.
#include "door/session.h"

#include <algorithm>
#include <limits>

namespace klive::app {

std::string Session::publication_name(const AdmissionRequest &request) {
  return request.entry + "/" + request.side + "/" + std::to_string(request.flavor);
}

Session::Clock::duration Session::look_at_progress(Clock::time_point now) {
  Clock::duration stuck{};
  for (const auto &[name, publication] : publications) {
    const uint64_t unread = publication->pipe->unread();
    publication->progress.look(now, unread > 0 ? publication->ingest->bytes() : 0, unread);
    stuck = std::max(stuck, publication->progress.stuck());
  }
  return stuck;
}

void Session::forgive() {
  for (const auto &[name, publication] : publications) publication->progress.forgive();
}

void Session::disconnect_all(const AdmissionRefusal &reason) {
  for (const auto &[name, publication] : publications) publication->ingest->disconnect(reason);
}

std::vector<PublicationInfo> Session::infos() const {
  std::vector<PublicationInfo> infos;
  for (const auto &[name, publication] : publications) {
    infos.push_back({.side = publication->side,
                     .flavor = publication->flavor,
                     .remote_address = publication->remote_address,
                     .started_at = publication->started_at});
  }
  return infos;
}

uint64_t Session::bytes() const {
  uint64_t bytes = 0;
  for (const auto &[name, publication] : publications) bytes += publication->ingest->bytes();
  return bytes;
}

uint64_t Session::silence_ns(std::string_view side) const {
  uint64_t silence = std::numeric_limits<uint64_t>::max();
  for (const auto &[name, publication] : publications) {
    if (publication->side == side) silence = std::min(silence, publication->ingest->silence_ns());
  }
  return silence;
}

}  // namespace klive::app
