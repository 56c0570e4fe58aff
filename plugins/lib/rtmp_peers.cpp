// SPDX-License-Identifier: LGPL-2.1-or-later
// RtmpPeers: the connections that a listener's thread looks after.
#include "rtmp_peers.h"

#include <glib.h>

#include <algorithm>
#include <iterator>

namespace klive::gst {

RtmpPeers::List::iterator RtmpPeers::place(List &list, int64_t deadline) {
  auto at = list.end();
  while (at != list.begin() && std::prev(at)->deadline > deadline) --at;
  return at;
}

RtmpPeer &RtmpPeers::add(RtmpPeer peer) {
  List &list = list_of(peer.phase);
  const auto at = list.insert(place(list, peer.deadline), std::move(peer));
  at->self = at;
  return *at;
}

void RtmpPeers::remove(RtmpPeer &peer) { list_of(peer.phase).erase(peer.self); }

void RtmpPeers::move(RtmpPeer &peer, RtmpPeer::Phase phase, int64_t deadline) {
  List &to = list_of(phase);
  const auto at = place(to, deadline);
  to.splice(at, list_of(peer.phase), peer.self);
  peer.phase = phase;
  peer.deadline = deadline;
}

RtmpPeer *RtmpPeers::first(RtmpPeer::Phase phase) {
  List &list = list_of(phase);
  return list.empty() ? nullptr : &list.front();
}

RtmpPeer *RtmpPeers::overdue(int64_t now) {
  for (List &list : lists_)
    if (!list.empty() && list.front().deadline <= now) return &list.front();
  return nullptr;
}

int64_t RtmpPeers::next_deadline() const {
  int64_t next = G_MAXINT64;
  for (const List &list : lists_)
    if (!list.empty()) next = std::min(next, list.front().deadline);
  return next;
}

RtmpPeer *RtmpPeers::least_deserving(const RtmpAdmissions::State &state) {
  if (RtmpPeer *refused = first(RtmpPeer::Phase::kHeld)) return refused;
  for (RtmpPeer &closing : list_of(RtmpPeer::Phase::kClosing))
    if (!closing.slot->is_authorised()) return &closing;
  const auto most = std::max_element(state.unauthorised.begin(), state.unauthorised.end(),
                                     [](auto &a, auto &b) { return a.second < b.second; });
  List &talking = list_of(RtmpPeer::Phase::kTalking);
  if (most == state.unauthorised.end() || talking.empty()) return nullptr;
  const auto oldest = std::find_if(talking.begin(), talking.end(), [&](const RtmpPeer &peer) {
    return peer.slot->source() == most->first;
  });
  return oldest == talking.end() ? &talking.front() : &*oldest;
}

}  // namespace klive::gst
