// SPDX-License-Identifier: LGPL-2.1-or-later
// ObjectStore over SQLite.
#include "backend/object_store.h"

#include <algorithm>

#include "backend/object_sql.h"
#include "backend/schema.h"

namespace klive::app {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;
using kaltura::Value;

constexpr int64_t kFirstNumber = 1000;  // below are the numbers of what klive ships with
// Documents are klive's own; the bounds are a guard against a file that something else wrote.
constexpr kaltura::JsonLimits kDocumentLimits{.depth = 64, .members = 100'000};

base::Failure not_found(std::string_view kind, const std::string &id) {
  return fail(ErrorCode::kNotFound, std::string(kind) + " \"" + id.substr(0, 64) + "\" not found");
}

Result<Value> read_document(const Statement &row, int column) {
  auto document = kaltura::read_json(row.text(column), kDocumentLimits);
  if (!document) return fail(std::move(document).error().wrap("an object in the database"));
  return document;
}

Result<Value> read_object(Database &database, std::string_view kind, const std::string &id) {
  auto statement = database.prepare("SELECT document FROM objects WHERE kind = ? AND id = ?");
  if (!statement) return fail(std::move(statement).error());
  statement->bind(kind);
  statement->bind(std::string_view(id));
  const auto row = statement->step();
  if (!row) return fail(row.error());
  if (!*row) return not_found(kind, id);
  return read_document(*statement, 0);
}

Result<void> insert(Database &database, std::string_view kind, const Value &document) {
  auto statement = database.prepare(
      "INSERT INTO objects (kind, id, partner, created_at, document) VALUES (?, ?, ?, ?, ?)");
  if (!statement) return fail(std::move(statement).error());
  statement->bind(kind);
  statement->bind(std::string_view(document.text_of("id")));
  statement->bind(document.integer_of("partnerId"));
  statement->bind(document.integer_of("createdAt"));
  statement->bind(std::string_view(kaltura::write_json(document)));
  if (auto done = statement->step(); !done) return fail(std::move(done).error());
  return {};
}

Result<int64_t> next_number(Database &database, std::string_view kind) {
  auto statement =
      database.prepare("SELECT max(CAST(id AS INTEGER)) + 1 FROM objects WHERE kind = ?");
  if (!statement) return fail(std::move(statement).error());
  statement->bind(kind);
  if (auto row = statement->step(); !row) return fail(std::move(row).error());
  return std::max(statement->integer(0), kFirstNumber);
}

}  // namespace

Result<std::unique_ptr<ObjectStore>> ObjectStore::open(const std::string &path) {
  auto writer = Database::open(path);
  if (!writer) return fail(std::move(writer).error());
  if (auto done = migrate(*writer); !done) return fail(std::move(done).error().wrap(path));
  auto reader = Database::open(path);
  if (!reader) return fail(std::move(reader).error());
  return std::unique_ptr<ObjectStore>(new ObjectStore(*std::move(reader), *std::move(writer)));
}

Result<void> ObjectStore::add(std::string_view kind, const Value &document) {
  return insert(*writer_.lock(), kind, document);
}

Result<Value> ObjectStore::add_numbered(std::string_view kind, Value document) {
  auto database = writer_.lock();
  auto transaction = Transaction::begin(*database);
  if (!transaction) return fail(std::move(transaction).error());
  const auto number = next_number(*database, kind);
  if (!number) return fail(number.error());
  document["id"] = *number;
  if (auto done = insert(*database, kind, document); !done) return fail(std::move(done).error());
  if (auto done = transaction->commit(); !done) return fail(std::move(done).error());
  return document;
}

Result<Value> ObjectStore::get(std::string_view kind, const std::string &id) {
  return read_object(*reader_.lock(), kind, id);
}

Result<ObjectPage> ObjectStore::list(const ObjectQuery &query) {
  auto database = reader_.lock();
  const std::string where = where_of(query);
  auto count = database->prepare("SELECT COUNT(*) FROM objects" + where);
  if (!count) return fail(std::move(count).error());
  bind_query(*count, query);
  if (auto row = count->step(); !row) return fail(std::move(row).error());
  ObjectPage page;
  page.total = count->integer(0);

  auto rows = database->prepare("SELECT document FROM objects" + where + order_of(query) +
                                " LIMIT ? OFFSET ?");
  if (!rows) return fail(std::move(rows).error());
  bind_query(*rows, query);
  rows->bind(query.limit);
  rows->bind(query.offset);
  for (;;) {
    const auto row = rows->step();
    if (!row) return fail(row.error());
    if (!*row) return page;
    auto document = read_document(*rows, 0);
    if (!document) return fail(std::move(document).error());
    page.objects.push_back(*std::move(document));
  }
}

Result<Value> ObjectStore::update(std::string_view kind, const std::string &id,
                                  const Change &change) {
  auto changed = write_change(kind, id, change);
  if (changed && changed_) changed_(kind, id);
  return changed;
}

Result<Value> ObjectStore::write_change(std::string_view kind, const std::string &id,
                                        const Change &change) {
  auto database = writer_.lock();
  auto transaction = Transaction::begin(*database);
  if (!transaction) return fail(std::move(transaction).error());
  auto document = read_object(*database, kind, id);
  if (!document) return document;
  if (auto done = change(*document); !done) return fail(std::move(done).error());
  {
    auto statement =
        database->prepare("UPDATE objects SET document = ?, partner = ? WHERE kind = ? AND id = ?");
    if (!statement) return fail(std::move(statement).error());
    statement->bind(std::string_view(kaltura::write_json(*document)));
    statement->bind(document->integer_of("partnerId"));
    statement->bind(kind);
    statement->bind(std::string_view(id));
    if (auto done = statement->step(); !done) return fail(std::move(done).error());
  }
  if (auto done = transaction->commit(); !done) return fail(std::move(done).error());
  return document;
}

Result<void> ObjectStore::remove(std::string_view kind, const std::string &id) {
  if (auto done = erase(kind, id); !done) return done;
  if (changed_) changed_(kind, id);
  return {};
}

Result<void> ObjectStore::erase(std::string_view kind, const std::string &id) {
  auto database = writer_.lock();
  auto statement = database->prepare("DELETE FROM objects WHERE kind = ? AND id = ?");
  if (!statement) return fail(std::move(statement).error());
  statement->bind(kind);
  statement->bind(std::string_view(id));
  if (auto done = statement->step(); !done) return fail(std::move(done).error());
  if (database->changes() == 0) return not_found(kind, id);
  return {};
}

Result<void> ObjectStore::replace_shipped(const std::vector<Shipped> &shipped) {
  auto database = writer_.lock();
  auto transaction = Transaction::begin(*database);
  if (!transaction) return fail(std::move(transaction).error());
  for (const auto &[kind, documents] : shipped) {
    {
      auto statement = database->prepare("DELETE FROM objects WHERE kind = ? AND partner = ?");
      if (!statement) return fail(std::move(statement).error());
      statement->bind(kind);
      statement->bind(kNobodysPartner);
      if (auto done = statement->step(); !done) return fail(std::move(done).error());
    }
    for (const Value &document : documents) {
      if (auto done = insert(*database, kind, document); !done) return done;
    }
  }
  return transaction->commit();
}

}  // namespace klive::app
