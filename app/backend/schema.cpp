// SPDX-License-Identifier: LGPL-2.1-or-later
// The schema of ROOT/klive.db and the steps from each version to the next.
#include "backend/schema.h"

#include <array>

namespace klive::app {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

// Step n makes version n+1. A step that was released is never changed: what is new is a new step.
constexpr std::array kSteps = {
    // 1: entries
    R"(CREATE TABLE entries (
         id TEXT NOT NULL UNIQUE,
         name TEXT NOT NULL,
         description TEXT NOT NULL,
         token TEXT NOT NULL,
         profile TEXT NOT NULL,
         dvr INTEGER NOT NULL,
         dvr_window INTEGER NOT NULL,        -- minutes
         record INTEGER NOT NULL,            -- Kaltura's RecordStatus
         segment_duration INTEGER NOT NULL,  -- ms
         admin_tags TEXT NOT NULL,           -- comma separated
         created_at INTEGER NOT NULL,        -- Unix seconds
         updated_at INTEGER NOT NULL
       ) STRICT;
       CREATE INDEX entries_by_age ON entries (created_at DESC);)",
    // 2: all objects of the API, an entry being one of them. 101 was the only partner so far.
    R"(CREATE TABLE objects (
         kind TEXT NOT NULL,
         id TEXT NOT NULL,
         partner INTEGER NOT NULL,
         created_at INTEGER NOT NULL,  -- Unix seconds
         document TEXT NOT NULL,  -- JSON, with the names of Kaltura's fields
         PRIMARY KEY (kind, id)
       ) STRICT;
       CREATE INDEX objects_by_age ON objects (kind, created_at DESC);
       INSERT INTO objects (kind, id, partner, created_at, document)
         SELECT 'entry', id, 101, created_at,
                json_object('id', id, 'partnerId', 101, 'type', 7, 'mediaType', 201,
                            'sourceType', '32', 'name', name,
                            'description', description, 'streamPassword', token,
                            'conversionProfileId', CASE profile WHEN 'Default_Live' THEN 2 ELSE 1 END,
                            'dvrStatus', dvr, 'dvrWindow', dvr_window, 'recordStatus', record,
                            'segmentDuration', segment_duration, 'adminTags', admin_tags,
                            'createdAt', created_at, 'updatedAt', updated_at)
         FROM entries ORDER BY created_at, rowid;
       DROP TABLE entries;)",
};

Result<int64_t> version_of(Database &database) {
  auto statement = database.prepare("PRAGMA user_version");
  if (!statement) return fail(std::move(statement).error());
  auto row = statement->step();
  if (!row) return fail(std::move(row).error());
  return statement->integer(0);
}

}  // namespace

int64_t schema_version() { return static_cast<int64_t>(kSteps.size()); }

Result<void> migrate(Database &database) {
  for (;;) {
    // Inside the transaction, so that two processes that start together do not both step.
    auto transaction = Transaction::begin(database);
    if (!transaction) return fail(std::move(transaction).error());
    const auto version = version_of(database);
    if (!version) return fail(version.error());
    if (*version > schema_version()) {
      return fail(ErrorCode::kConflict,
                  "the database has schema version " + std::to_string(*version) +
                      ", this klive knows " + std::to_string(schema_version()) +
                      ": a newer klive has used it; start that one, or use another root");
    }
    if (*version < 0) return fail(ErrorCode::kInvalid, "the database is not klive's");
    if (*version == schema_version()) return {};
    if (auto done = database.run(kSteps[static_cast<size_t>(*version)]); !done) {
      return fail(std::move(done).error().wrap("schema version " + std::to_string(*version + 1)));
    }
    if (auto done = database.run("PRAGMA user_version=" + std::to_string(*version + 1)); !done) {
      return done;
    }
    if (auto done = transaction->commit(); !done) return done;
  }
}

}  // namespace klive::app
