// SPDX-License-Identifier: LGPL-2.1-or-later
// EntryStore over SQLite. Two connections: a writer that waits for the disk never holds up the
// look-ups of publishers.
#include "backend/entry_store.h"

#include <glib.h>

#include <ctime>
#include <string_view>

#include "backend/entry_rules.h"
#include "backend/random_text.h"
#include "backend/schema.h"
#include "backend/sqlite.h"
#include "base/locked.h"

namespace klive::app {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

constexpr size_t kIdSize = 8;     // behind "1_"
constexpr size_t kTokenSize = 8;  // hexadecimal digits, as Kaltura makes them
constexpr int kIdAttempts = 10;   // at 36^8 ids, one is plenty
constexpr std::string_view kColumns =
    "id, name, description, token, profile, dvr, dvr_window, record, segment_duration, admin_tags, "
    "created_at, updated_at";

Entry entry_of(const Statement &row) {
  Entry entry;
  entry.id = row.text(0);
  entry.name = row.text(1);
  entry.description = row.text(2);
  entry.token = row.text(3);
  entry.profile = row.text(4);
  entry.dvr = row.integer(5) != 0;
  entry.dvr_window_minutes = row.integer(6);
  entry.record = static_cast<RecordMode>(row.integer(7));
  entry.segment_duration_ms = row.integer(8);
  entry.admin_tags = row.text(9);
  entry.created_at = row.integer(10);
  entry.updated_at = row.integer(11);
  return entry;
}

void bind_fields(Statement &statement, const Entry &entry) {
  statement.bind(entry.name);
  statement.bind(entry.description);
  statement.bind(entry.profile);
  statement.bind(int64_t{entry.dvr});
  statement.bind(entry.dvr_window_minutes);
  statement.bind(static_cast<int64_t>(entry.record));
  statement.bind(entry.segment_duration_ms);
  statement.bind(entry.admin_tags);
}

base::Failure not_found(const std::string &id) {
  return fail(ErrorCode::kNotFound, "Entry id \"" + id + "\" not found");
}

Result<Entry> read_entry(Database &database, const std::string &id) {
  auto statement =
      database.prepare("SELECT " + std::string(kColumns) + " FROM entries WHERE id = ?");
  if (!statement) return fail(std::move(statement).error());
  statement->bind(id);
  const auto row = statement->step();
  if (!row) return fail(row.error());
  if (!*row) return not_found(id);
  return entry_of(*statement);
}

/// '%' and '_' of the text mean themselves.
std::string like_pattern(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern.push_back('\\');
    pattern.push_back(c);
  }
  return pattern + "%";
}

std::string where_of(const EntryFilter &filter) {
  std::string where = " WHERE 1";
  if (!filter.ids.empty()) {
    where += " AND id IN (?";
    for (size_t i = 1; i < filter.ids.size(); ++i) where += ",?";
    where += ")";
  }
  if (!filter.name_like.empty()) where += " AND name LIKE ? ESCAPE '\\'";
  return where;
}

void bind_filter(Statement &statement, const EntryFilter &filter) {
  for (const auto &id : filter.ids) statement.bind(id);
  if (!filter.name_like.empty()) statement.bind(like_pattern(filter.name_like));
}

class SqliteEntryStore final : public EntryStore {
 public:
  SqliteEntryStore(Database reader, Database writer)
      : reader_(std::move(reader)), writer_(std::move(writer)) {}

  Result<Entry> add(Entry entry) override {
    if (const auto broken = broken_rule(entry)) {
      return fail(ErrorCode::kInvalid, broken->sentence());
    }
    const bool make_id = entry.id.empty();
    if (entry.token.empty()) entry.token = random_hex(kTokenSize);
    entry.created_at = entry.updated_at = std::time(nullptr);
    for (int attempt = 1;; ++attempt) {
      if (make_id) entry.id = "1_" + random_alnum(kIdSize);
      auto done = insert(entry);
      if (done) return entry;
      if (done.error().code != ErrorCode::kConflict) return fail(std::move(done).error());
      if (!make_id || attempt == kIdAttempts) {
        return fail(ErrorCode::kConflict, "Entry id \"" + entry.id + "\" exists already");
      }
    }
  }

  Result<Entry> get(const std::string &id) override { return read_entry(*reader_.lock(), id); }

  Result<EntryPage> list(const EntryFilter &filter) override {
    auto database = reader_.lock();
    const std::string where = where_of(filter);
    auto count = database->prepare("SELECT COUNT(*) FROM entries" + where);
    if (!count) return fail(std::move(count).error());
    bind_filter(*count, filter);
    if (auto row = count->step(); !row) return fail(std::move(row).error());
    EntryPage page;
    page.total = count->integer(0);

    auto rows = database->prepare("SELECT " + std::string(kColumns) + " FROM entries" + where +
                                  " ORDER BY created_at DESC, rowid DESC LIMIT ? OFFSET ?");
    if (!rows) return fail(std::move(rows).error());
    bind_filter(*rows, filter);
    rows->bind(filter.limit);
    rows->bind(filter.offset);
    for (;;) {
      const auto row = rows->step();
      if (!row) return fail(row.error());
      if (!*row) return page;
      page.entries.push_back(entry_of(*rows));
    }
  }

  Result<Entry> update(const Entry &entry) override {
    if (const auto broken = broken_rule(entry)) {
      return fail(ErrorCode::kInvalid, broken->sentence());
    }
    return change(entry.id,
                  "UPDATE entries SET name = ?, description = ?, profile = ?, dvr = ?, "
                  "dvr_window = ?, record = ?, segment_duration = ?, admin_tags = ?, "
                  "updated_at = ? WHERE id = ?",
                  [&](Statement &statement) { bind_fields(statement, entry); });
  }

  Result<Entry> regenerate_token(const std::string &id) override {
    return change(id, "UPDATE entries SET token = ?, updated_at = ? WHERE id = ?",
                  [](Statement &statement) { statement.bind(random_hex(kTokenSize)); });
  }

  Result<void> remove(const std::string &id) override {
    if (auto done = erase(id); !done) return done;
    if (changed_) changed_(id);
    return {};
  }

  void on_change(std::function<void(const std::string &id)> callback) override {
    changed_ = std::move(callback);
  }

 private:
  Result<void> insert(const Entry &entry) {
    auto database = writer_.lock();
    auto statement = database->prepare(
        "INSERT INTO entries (name, description, profile, dvr, dvr_window, record, "
        "segment_duration, admin_tags, id, token, created_at, updated_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    if (!statement) return fail(std::move(statement).error());
    bind_fields(*statement, entry);
    statement->bind(entry.id);
    statement->bind(entry.token);
    statement->bind(entry.created_at);
    statement->bind(entry.updated_at);
    if (auto done = statement->step(); !done) return fail(std::move(done).error());
    return {};
  }

  /// An UPDATE whose last two places are the time and the id, then the entry as it is now.
  template <typename Bind>
  Result<Entry> change(const std::string &id, const char *sql, Bind bind) {
    auto entry = write_and_read(id, sql, bind);
    if (entry && changed_) changed_(id);
    return entry;
  }

  template <typename Bind>
  Result<Entry> write_and_read(const std::string &id, const char *sql, Bind bind) {
    auto database = writer_.lock();
    auto transaction = Transaction::begin(*database);
    if (!transaction) return fail(std::move(transaction).error());
    {
      auto statement = database->prepare(sql);
      if (!statement) return fail(std::move(statement).error());
      bind(*statement);
      statement->bind(static_cast<int64_t>(std::time(nullptr)));
      statement->bind(id);
      if (auto done = statement->step(); !done) return fail(std::move(done).error());
    }
    auto entry = read_entry(*database, id);
    if (!entry) return entry;
    if (auto done = transaction->commit(); !done) return fail(std::move(done).error());
    return entry;
  }

  Result<void> erase(const std::string &id) {
    auto database = writer_.lock();
    auto statement = database->prepare("DELETE FROM entries WHERE id = ?");
    if (!statement) return fail(std::move(statement).error());
    statement->bind(id);
    if (auto done = statement->step(); !done) return fail(std::move(done).error());
    if (database->changes() == 0) return not_found(id);
    return {};
  }

  base::Locked<Database> reader_, writer_;  // never both at once
  std::function<void(const std::string &id)> changed_;
};

}  // namespace

Result<std::unique_ptr<EntryStore>> EntryStore::open(const std::string &path) {
  auto writer = Database::open(path);
  if (!writer) return fail(std::move(writer).error());
  if (auto done = migrate(*writer); !done) return fail(std::move(done).error().wrap(path));
  auto reader = Database::open(path);
  if (!reader) return fail(std::move(reader).error());
  return std::unique_ptr<EntryStore>(
      std::make_unique<SqliteEntryStore>(*std::move(reader), *std::move(writer)));
}

bool Entry::low_latency() const {
  std::string_view rest = admin_tags;
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    std::string_view tag = rest.substr(0, comma);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    while (tag.starts_with(' ')) tag.remove_prefix(1);
    while (tag.ends_with(' ')) tag.remove_suffix(1);
    if (tag == "lowlatency") return true;
  }
  return false;
}

std::string token_id(std::string_view token) {
  const std::unique_ptr<char, decltype(&g_free)> digest(
      g_compute_checksum_for_data(G_CHECKSUM_SHA256, reinterpret_cast<const guchar *>(token.data()),
                                  token.size()),
      &g_free);
  return std::string(digest.get()).substr(0, 8);
}

}  // namespace klive::app
