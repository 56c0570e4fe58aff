// SPDX-License-Identifier: LGPL-2.1-or-later
// EntryStore: the entries of an embedded klive, in ROOT/klive.db (SQLite, WAL, versioned schema).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "kaltura/flavor.h"

namespace klive::app {

enum class RecordMode { kNone = 0, kAppend = 1, kSession = 2 };  // Kaltura's RecordStatus

/// What the backend says about one live stream. Plain value. `token` never goes to a log.
struct Entry {
  std::string id;
  std::string name;
  std::string description;
  std::string token;
  std::string profile = "Passthrough_Live";  ///< systemName of a conversion profile
  bool dvr = true;
  int64_t dvr_window_minutes = 120;
  RecordMode record = RecordMode::kNone;
  int64_t segment_duration_ms = 6000;  ///< 2000 to 20000
  std::string admin_tags;  ///< comma separated; "lowlatency" makes it a low-latency entry
  int64_t created_at = 0, updated_at = 0;  ///< Unix seconds

  [[nodiscard]] bool low_latency() const;
};

/// A conversion profile that ships with klive. Plain value.
struct Profile {
  int64_t id = 0;
  std::string system_name, name;
  std::vector<kaltura::IngestFlavor> ingest;
};
[[nodiscard]] const std::vector<Profile> &profiles();
[[nodiscard]] const Profile *find_profile(std::string_view system_name);

struct EntryFilter {
  std::vector<std::string> ids;  ///< empty = all
  std::string name_like;
  int64_t offset = 0, limit = 30;
};
struct EntryPage {
  std::vector<Entry> entries;
  int64_t total = 0;
};

/// Thread-safe. Every call is one short transaction. Errors carry a sentence; kInvalid for a rule
/// that a field breaks
/// (`name`, `segmentDuration`…), kNotFound, kConflict for an id that exists.
class EntryStore {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<EntryStore>> open(const std::string &path);
  virtual ~EntryStore() = default;

  /// An empty id or token is made. Returns the entry as stored.
  [[nodiscard]] virtual base::Result<Entry> add(Entry entry) = 0;
  [[nodiscard]] virtual base::Result<Entry> get(const std::string &id) = 0;
  [[nodiscard]] virtual base::Result<EntryPage> list(const EntryFilter &filter) = 0;
  /// Everything but id, token and created_at is replaced.
  [[nodiscard]] virtual base::Result<Entry> update(const Entry &entry) = 0;
  [[nodiscard]] virtual base::Result<void> remove(const std::string &id) = 0;
  [[nodiscard]] virtual base::Result<Entry> regenerate_token(const std::string &id) = 0;
  /// Called after an entry was changed or removed, on the thread that changed it. Set once, before
  /// use.
  virtual void on_change(std::function<void(const std::string &id)> callback) = 0;
};

/// A short name for a token (first 8 hex of its SHA-256), safe to log and to compare.
[[nodiscard]] std::string token_id(std::string_view token);

}  // namespace klive::app
