// SPDX-License-Identifier: LGPL-2.1-or-later
// RtmpPeers: the connections that a listener's thread looks after, what each waits for and until
// when, and which of them makes room for a newcomer.
//
//   kTalking ──── connect, publish ────► handed over
//      │ overdue: closed
//   kHeld ─── its time has come: the refusal is sent ───► kClosing ─── hung up, or overdue ───►
//   gone
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "klive/rtmp_connection.h"
#include "klive/unique_fd.h"
#include "rtmp/server_session.h"
#include "rtmp_admissions.h"

namespace klive::gst {

struct RtmpPeer {
  enum class Phase {
    kTalking,  ///< before `connect`, or before `publish`
    kHeld,     ///< refused, and not told before `deadline`; nobody looks at its socket
    kClosing,  ///< read until the peer hangs up, so that it gets our last words
  };
  Phase phase = Phase::kTalking;
  UniqueFd socket;
  std::unique_ptr<RtmpSlot> slot;
  /// Made with the first byte: silent peers cost nothing.
  std::optional<rtmp::ServerSession> session;
  /// Its `connect` that was accepted: `publish` is awaited.
  std::optional<rtmp::ConnectRequested> request;
  base::Bytes unsent;
  std::string address;
  int64_t deadline = 0;  ///< g_get_monotonic_time()
  std::list<RtmpPeer>::iterator self;
};

/// Thread-bound. Peers stay where they are in memory until they are removed.
class RtmpPeers {
 public:
  RtmpPeer &add(RtmpPeer peer);
  void remove(RtmpPeer &peer);
  void move(RtmpPeer &peer, RtmpPeer::Phase phase, int64_t deadline);

  /// One whose deadline has passed; null when there is none.
  [[nodiscard]] RtmpPeer *overdue(int64_t now);
  /// Of any of them; G_MAXINT64 when there is none.
  [[nodiscard]] int64_t next_deadline() const;
  /// First one of a phase; null when there is none.
  [[nodiscard]] RtmpPeer *first(RtmpPeer::Phase phase);
  /// Who makes room for a newcomer: somebody who was refused already, else the oldest connection of
  /// the address that has most, so that a flood closes its own connections before anybody else's.
  /// Null when none of them counts as unauthorised.
  [[nodiscard]] RtmpPeer *least_deserving(const RtmpAdmissions::State &state);

 private:
  using List = std::list<RtmpPeer>;
  List &list_of(RtmpPeer::Phase phase) { return lists_[static_cast<size_t>(phase)]; }
  /// Where a deadline belongs: mostly at the end.
  static List::iterator place(List &list, int64_t deadline);

  std::array<List, 3> lists_;  // by phase, each in order of deadline
};

}  // namespace klive::gst
