// SPDX-License-Identifier: LGPL-2.1-or-later
// RtmpAdmissions: what a listener's thread and its connections, wherever they went, both touch.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/locked.h"
#include "klive/rtmp_connection.h"

namespace klive::gst {

/// A socket that waits for its peer to hang up.
struct LingeringSocket {
  UniqueFd socket;
  std::unique_ptr<RtmpSlot> slot;
};

/// Thread-safe. Owners: the listener and every RtmpSlot.
struct RtmpAdmissions {
  struct State {
    RtmpListenerStats stats;                       // without bytes_received
    std::map<std::string, uint32_t> unauthorised;  // per source address
    std::vector<LingeringSocket> lingering;        // on their way to the listener's thread
    bool listening = true;                         // nobody collects `lingering` otherwise
  };
  base::Locked<State> state;
  std::atomic<uint64_t> bytes_received = 0;
  UniqueFd wake;  // eventfd: `lingering` grew
};

}  // namespace klive::gst
