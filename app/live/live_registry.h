// SPDX-License-Identifier: LGPL-2.1-or-later
// LiveRegistry: what the door knows of every entry with a window: its Presentation, fed by events
// of the worker (or of the journal at start), and the publications on it. HTTP reads it; it knows
// nothing of HTTP, processes or pipelines.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "manifest/presentation.h"

namespace klive::app {

/// One encoder pushing one stream, as the door sees it.
struct PublicationInfo {
  std::string side;
  unsigned flavor = 0;
  std::string remote_address;
  int64_t started_at = 0;  ///< Unix seconds
};

struct LiveEntry {
  std::string id;
  manifest::Presentation presentation;
  uint64_t version = 0;    ///< goes up with every change of the presentation
  int64_t changed_ns = 0;  ///< Unix time of that change
  bool low_latency = false;
  std::vector<PublicationInfo> publications;
  uint32_t worker_restarts = 0;

  /// On air and something can be played.
  [[nodiscard]] bool is_live() const;
};

/// Thread-bound (main context).
class LiveRegistry {
 public:
  explicit LiveRegistry(std::string live_root);  ///< ROOT/live

  /// Reads the journals of all entries; damaged ones are reported and skipped.
  void load();
  [[nodiscard]] LiveEntry *find(const std::string &entry);
  [[nodiscard]] LiveEntry &find_or_add(const std::string &entry);
  [[nodiscard]] const std::map<std::string, LiveEntry> &entries() const;
  [[nodiscard]] const std::string &live_root() const;

  /// An event of the entry's worker. One that breaks the rules is logged and refused.
  [[nodiscard]] base::Result<void> apply(const std::string &entry, const manifest::Event &event);
  void remove(const std::string &entry);

  /// Called after every change, with the entry. Returns a handle for unsubscribe().
  using Listener = std::function<void(const LiveEntry &)>;
  uint64_t subscribe(Listener listener);
  void unsubscribe(uint64_t handle);

 private:
  std::string live_root_;
  std::map<std::string, LiveEntry> entries_;
  std::map<uint64_t, Listener> listeners_;
  uint64_t next_handle_ = 1;
};

}  // namespace klive::app
