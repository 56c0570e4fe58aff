// SPDX-License-Identifier: LGPL-2.1-or-later
// EntryStore: entries out of the ObjectStore.
#include "backend/entry_store.h"

#include <glib.h>

#include <ctime>
#include <string_view>

#include "backend/entry_rules.h"
#include "backend/random_text.h"
#include "base/list_text.h"
#include "kaltura/object_type.h"

namespace klive::app {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;
using kaltura::Value;

constexpr size_t kIdSize = 8;     // behind "1_"
constexpr size_t kTokenSize = 8;  // hexadecimal digits, as Kaltura makes them
constexpr int kIdAttempts = 10;   // at 36^8 ids, one is plenty

base::Failure not_found(const std::string &id) {
  return fail(ErrorCode::kNotFound, "Entry id \"" + id + "\" not found");
}

/// The store's own words for an entry that is not there.
base::Failure failure_of(base::Error error, const std::string &id) {
  return error.code == ErrorCode::kNotFound ? not_found(id) : fail(std::move(error));
}

template <typename T>
void take(Value &document, const char *name, T &to) {
  const Value *member = document.find(name);
  if (member == nullptr) return;
  if constexpr (std::is_same_v<T, std::string>) {
    if (auto text = member->text()) to = *std::move(text);
  } else {
    if (const auto number = member->integer()) to = static_cast<T>(*number);
  }
  document.erase(name);
}

}  // namespace

Entry entry_of(Value document) {
  Entry entry;
  take(document, "id", entry.id);
  take(document, "name", entry.name);
  take(document, "description", entry.description);
  take(document, "streamPassword", entry.token);
  take(document, "conversionProfileId", entry.profile);
  take(document, "dvrStatus", entry.dvr);
  take(document, "dvrWindow", entry.dvr_window_minutes);
  take(document, "recordStatus", entry.record);
  take(document, "segmentDuration", entry.segment_duration_ms);
  take(document, "adminTags", entry.admin_tags);
  take(document, "createdAt", entry.created_at);
  take(document, "updatedAt", entry.updated_at);
  take(document, "type", entry.type);
  take(document, "partnerId", entry.partner);
  if (document.is_object()) entry.more = std::move(document);
  return entry;
}

Value document_of(const Entry &entry) {
  Value document = entry.more;
  document["id"] = entry.id;
  document["name"] = entry.name;
  document["description"] = entry.description;
  document["conversionProfileId"] = entry.profile;
  document["adminTags"] = entry.admin_tags;
  document["createdAt"] = entry.created_at;
  document["updatedAt"] = entry.updated_at;
  document["type"] = static_cast<int64_t>(entry.type);
  document["partnerId"] = entry.partner;
  if (entry.type != EntryType::kLiveStream) return document;
  document["streamPassword"] = entry.token;
  document["dvrStatus"] = int64_t{entry.dvr};
  document["dvrWindow"] = entry.dvr_window_minutes;
  document["recordStatus"] = static_cast<int64_t>(entry.record);
  document["segmentDuration"] = entry.segment_duration_ms;
  return document;
}

Result<std::unique_ptr<EntryStore>> EntryStore::open(const std::string &path) {
  auto objects = ObjectStore::open(path);
  if (!objects) return fail(std::move(objects).error());
  return std::unique_ptr<EntryStore>(new EntryStore(*std::move(objects)));
}

Result<Entry> EntryStore::add(Entry entry) {
  if (const auto broken = broken_rule(entry)) return fail(ErrorCode::kInvalid, broken->sentence());
  const bool make_id = entry.id.empty();
  if (entry.token.empty()) entry.token = random_hex(kTokenSize);
  entry.created_at = entry.updated_at = std::time(nullptr);
  for (int attempt = 1;; ++attempt) {
    if (make_id) entry.id = "1_" + random_alnum(kIdSize);
    auto done = objects_->add(kind::kEntry, document_of(entry));
    if (done) return entry;
    if (done.error().code != ErrorCode::kConflict) return fail(std::move(done).error());
    if (!make_id || attempt == kIdAttempts) {
      return fail(ErrorCode::kConflict, "Entry id \"" + entry.id + "\" exists already");
    }
  }
}

Result<Entry> EntryStore::get(const std::string &id) {
  auto document = objects_->get(kind::kEntry, id);
  if (!document) return failure_of(std::move(document).error(), id);
  return entry_of(*std::move(document));
}

Result<EntryPage> EntryStore::list(const EntryFilter &filter) {
  ObjectQuery query{.kind = kind::kEntry, .offset = filter.offset, .limit = filter.limit};
  if (!filter.ids.empty()) query.only_ids = filter.ids;
  if (!filter.name_like.empty()) {
    query.filter.conditions.push_back(kaltura::condition(
        "KalturaBaseEntry", "name", kaltura::Operator::kLike, {filter.name_like}));
  }
  auto page = objects_->list(query);
  if (!page) return fail(std::move(page).error());
  EntryPage entries;
  entries.total = page->total;
  for (Value &document : page->objects) entries.entries.push_back(entry_of(std::move(document)));
  return entries;
}

Result<Entry> EntryStore::update(const Entry &entry) {
  if (const auto broken = broken_rule(entry)) return fail(ErrorCode::kInvalid, broken->sentence());
  auto updated = objects_->update(kind::kEntry, entry.id, [&](Value &document) -> Result<void> {
    Entry next = entry;
    const Entry before = entry_of(document);
    next.token = before.token;
    next.created_at = before.created_at;
    next.updated_at = std::time(nullptr);
    document = document_of(next);
    return {};
  });
  if (!updated) return failure_of(std::move(updated).error(), entry.id);
  return entry_of(*std::move(updated));
}

Result<Entry> EntryStore::regenerate_token(const std::string &id) {
  auto updated = objects_->update(kind::kEntry, id, [](Value &document) -> Result<void> {
    document["streamPassword"] = random_hex(kTokenSize);
    document["updatedAt"] = static_cast<int64_t>(std::time(nullptr));
    return {};
  });
  if (!updated) return failure_of(std::move(updated).error(), id);
  return entry_of(*std::move(updated));
}

Result<void> EntryStore::remove(const std::string &id) {
  auto removed = objects_->remove(kind::kEntry, id);
  if (!removed) return failure_of(std::move(removed).error(), id);
  return {};
}

void EntryStore::on_change(std::function<void(const std::string &id)> callback) {
  objects_->on_change(
      [callback = std::move(callback)](std::string_view what, const std::string &id) {
        if (what == kind::kEntry) callback(id);
      });
}

bool Entry::low_latency() const { return base::list_has(admin_tags, "lowlatency"); }

std::string token_id(std::string_view token) {
  const std::unique_ptr<char, decltype(&g_free)> digest(
      g_compute_checksum_for_data(G_CHECKSUM_SHA256, reinterpret_cast<const guchar *>(token.data()),
                                  token.size()),
      &g_free);
  return std::string(digest.get()).substr(0, 8);
}

}  // namespace klive::app
