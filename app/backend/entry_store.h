// SPDX-License-Identifier: LGPL-2.1-or-later
// EntryStore: the entries of an embedded klive, as what carries them out wants them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backend/object_store.h"
#include "base/result.h"
#include "kaltura/value.h"

namespace klive::app {

enum class RecordMode { kNone = 0, kAppend = 1, kSession = 2 };  // Kaltura's RecordStatus
enum class EntryType { kMediaClip = 1, kLiveStream = 7 };        // Kaltura's EntryType

inline constexpr int64_t kPassthroughProfile = 1;  // of data/live/profiles.json
inline constexpr int64_t kFirstPartner = 101;

/// What the backend says about one entry. Plain value. `token` never goes to a log.
struct Entry {
  std::string id;
  std::string name;
  std::string description;
  std::string token;
  int64_t profile = kPassthroughProfile;  ///< id of a conversion profile
  bool dvr = true;
  int64_t dvr_window_minutes = 120;
  RecordMode record = RecordMode::kNone;
  int64_t segment_duration_ms = 6000;  ///< 2000 to 20000
  std::string admin_tags;  ///< comma separated; "lowlatency" makes it a low-latency entry
  int64_t created_at = 0, updated_at = 0;  ///< Unix seconds
  EntryType type = EntryType::kLiveStream;
  int64_t partner = kFirstPartner;
  kaltura::Value more = kaltura::Value::Object();  ///< all other fields, by Kaltura's names

  [[nodiscard]] bool low_latency() const;
};

/// The entry in an object of the API, and back. What is missing has the default.
[[nodiscard]] Entry entry_of(kaltura::Value document);
[[nodiscard]] kaltura::Value document_of(const Entry &entry);

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
/// that a field breaks (`name`, `segmentDuration`…), kNotFound, kConflict for an id that exists.
class EntryStore {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<EntryStore>> open(const std::string &path);

  /// An empty id or token is made. Returns the entry as stored.
  [[nodiscard]] base::Result<Entry> add(Entry entry);
  [[nodiscard]] base::Result<Entry> get(const std::string &id);
  [[nodiscard]] base::Result<EntryPage> list(const EntryFilter &filter);
  /// Everything but id, token and created_at is replaced.
  [[nodiscard]] base::Result<Entry> update(const Entry &entry);
  [[nodiscard]] base::Result<void> remove(const std::string &id);
  [[nodiscard]] base::Result<Entry> regenerate_token(const std::string &id);
  /// Called after an entry was changed or removed, on the thread that changed it. Set once, before
  /// use.
  void on_change(std::function<void(const std::string &id)> callback);

  /// Everything that the API stores, the entries among it.
  [[nodiscard]] ObjectStore &objects() { return *objects_; }

 private:
  explicit EntryStore(std::unique_ptr<ObjectStore> objects) : objects_(std::move(objects)) {}
  std::unique_ptr<ObjectStore> objects_;
};

/// A short name for a token (first 8 hex of its SHA-256), safe to log and to compare.
[[nodiscard]] std::string token_id(std::string_view token);

}  // namespace klive::app
