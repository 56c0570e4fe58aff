// SPDX-License-Identifier: LGPL-2.1-or-later
// ObjectStore: the API's objects of an embedded klive in ROOT/klive.db (SQLite, WAL, versioned
// schema), one JSON document each.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/sqlite.h"
#include "base/locked.h"
#include "base/result.h"
#include "kaltura/filter.h"
#include "kaltura/value.h"

namespace klive::app {

/// What an object is, as the table of the database has it.
namespace kind {
inline constexpr std::string_view kEntry = "entry";
inline constexpr std::string_view kFlavorParams = "flavorParams";
inline constexpr std::string_view kProfile = "conversionProfile";
inline constexpr std::string_view kProfileParams = "conversionProfileAssetParams";
inline constexpr std::string_view kServerNode = "serverNode";
inline constexpr std::string_view kEntryServerNode = "entryServerNode";
inline constexpr std::string_view kUploadToken = "uploadToken";
inline constexpr std::string_view kScheduleEvent = "scheduleEvent";
inline constexpr std::string_view kBeacon = "beacon";
inline constexpr std::string_view kDefaultProfile = "defaultProfile";
inline constexpr std::string_view kEndedSession = "endedSession";
}  // namespace kind

/// Objects that klive ships with belong to nobody and are seen by everybody.
inline constexpr int64_t kNobodysPartner = 0;

struct ObjectQuery {
  std::string_view kind;
  std::vector<int64_t> partners;  ///< whose; empty = everybody's
  kaltura::Filter filter;
  std::optional<std::vector<std::string>> only_ids, not_ids;
  int64_t offset = 0, limit = 30;
};
struct ObjectPage {
  std::vector<kaltura::Value> objects;
  int64_t total = 0;
};

/// Thread-safe. Every call is one short transaction. A document has at least "id" and "partnerId".
/// Errors: kNotFound, kConflict for an id that exists, kIo.
class ObjectStore {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<ObjectStore>> open(const std::string &path);

  [[nodiscard]] base::Result<void> add(std::string_view kind, const kaltura::Value &document);
  [[nodiscard]] base::Result<kaltura::Value> get(std::string_view kind, const std::string &id);
  [[nodiscard]] base::Result<ObjectPage> list(const ObjectQuery &query);
  /// Reads, lets `change` change, writes; `change` may refuse. Nobody else writes in between, so it
  /// must be short and call no store.
  using Change = std::function<base::Result<void>(kaltura::Value &document)>;
  [[nodiscard]] base::Result<kaltura::Value> update(std::string_view kind, const std::string &id,
                                                    const Change &change);
  [[nodiscard]] base::Result<void> remove(std::string_view kind, const std::string &id);
  /// Adds with the next free number as the id; "id" is put into the document.
  [[nodiscard]] base::Result<kaltura::Value> add_numbered(std::string_view kind,
                                                          kaltura::Value document);
  /// All objects of these kinds that belong to nobody are replaced.
  struct Shipped {
    std::string_view kind;
    std::vector<kaltura::Value> documents;
  };
  [[nodiscard]] base::Result<void> replace_shipped(const std::vector<Shipped> &shipped);

  /// Called after an object was changed or removed, on the thread that changed it. Set once, before
  /// use.
  using Changed = std::function<void(std::string_view kind, const std::string &id)>;
  void on_change(Changed changed) { changed_ = std::move(changed); }

 private:
  ObjectStore(Database reader, Database writer)
      : reader_(std::move(reader)), writer_(std::move(writer)) {}
  base::Result<kaltura::Value> write_change(std::string_view kind, const std::string &id,
                                            const Change &change);
  base::Result<void> erase(std::string_view kind, const std::string &id);

  // Never both at once. A writer that waits for the disk never holds up a reader.
  base::Locked<Database> reader_, writer_;
  Changed changed_;
};

}  // namespace klive::app
