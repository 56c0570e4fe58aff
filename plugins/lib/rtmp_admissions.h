// SPDX-License-Identifier: LGPL-2.1-or-later
// RtmpAdmissions: what a listener's thread and its connections, wherever they went, both touch.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/locked.h"
#include "klive/rtmp_connection.h"

namespace klive::gst {

/// A socket that is sent its last words once their time has come, and then waits for its peer to
/// hang up.
struct LeavingSocket {
  UniqueFd socket;
  std::unique_ptr<RtmpSlot> slot;
  base::Bytes last_words;
  int64_t not_before = 0;  // g_get_monotonic_time(); 0: they were sent
};

/// Thread-safe. Owners: the listener and every RtmpSlot.
struct RtmpAdmissions {
  struct State {
    RtmpListenerStats stats;                       // without bytes_received
    std::map<std::string, uint32_t> unauthorised;  // per source address
    uint32_t unauthorised_in_all = 0;
    // On their way to the listener's thread:
    std::vector<LeavingSocket> leaving;
    std::vector<RtmpConnection> awaiting_publish;
    bool listening = true;  // nobody collects those otherwise
  };
  base::Locked<State> state;
  std::atomic<uint64_t> bytes_received = 0;
  UniqueFd wake;  // eventfd: somebody is on the way
};

}  // namespace klive::gst
