// SPDX-License-Identifier: LGPL-2.1-or-later
// SQLite with owners and Results.
#include "backend/sqlite.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace klive::app {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

constexpr int kBusyTimeout = 5000;  // ms

base::Failure failure_of(sqlite3 *connection) {
  const int code = sqlite3_errcode(connection);
  const bool is_conflict = code == SQLITE_CONSTRAINT;
  const bool is_busy = code == SQLITE_BUSY || code == SQLITE_LOCKED;
  return fail(is_conflict ? ErrorCode::kConflict
              : is_busy   ? ErrorCode::kUnavailable
                          : ErrorCode::kIo,
              std::string("database: ") + sqlite3_errmsg(connection));
}

}  // namespace

void Statement::bind(std::string_view text) {
  // A null pointer would bind NULL instead of the empty text.
  sqlite3_bind_text64(statement_.get(), ++bound_, text.empty() ? "" : text.data(), text.size(),
                      SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Statement::bind(int64_t value) { sqlite3_bind_int64(statement_.get(), ++bound_, value); }

void Statement::bind(double value) { sqlite3_bind_double(statement_.get(), ++bound_, value); }

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return failure_of(sqlite3_db_handle(statement_.get()));
}

std::string Statement::text(int column) const {
  const auto *text = sqlite3_column_text(statement_.get(), column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char *>(text),
          static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

Result<Database> Database::open(const std::string &path) {
  // SQLite would make the file readable for everybody, and gives -wal and -shm the mode of the
  // file.
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return fail(ErrorCode::kIo, path + ": " + std::strerror(errno));
  ::close(fd);

  sqlite3 *connection = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &connection,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database;
  database.connection_.reset(connection);
  if (code != SQLITE_OK) {
    return fail(ErrorCode::kIo, path + ": " + sqlite3_errstr(code));
  }
  sqlite3_busy_timeout(connection, kBusyTimeout);
  if (auto done = database.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                               "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;");
      !done) {
    return fail(std::move(done).error().wrap(path));
  }
  return database;
}

Result<Statement> Database::prepare(const std::string &sql) {
  sqlite3_stmt *raw = nullptr;
  const int code = sqlite3_prepare_v2(connection_.get(), sql.c_str(), static_cast<int>(sql.size()),
                                      &raw, nullptr);
  if (code != SQLITE_OK) return failure_of(connection_.get());
  Statement statement;
  statement.statement_.reset(raw);
  return statement;
}

Result<void> Database::run(const std::string &sql) {
  if (sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return failure_of(connection_.get());
  }
  return {};
}

int Database::changes() const { return sqlite3_changes(connection_.get()); }

Result<Transaction> Transaction::begin(Database &database) {
  if (auto begun = database.run("BEGIN IMMEDIATE"); !begun) return fail(std::move(begun).error());
  return Transaction(database);
}

Transaction::Transaction(Transaction &&other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  // Nothing to tell: what made the caller give up has been told, and closing rolls back as well.
  if (database_ != nullptr) (void)database_->run("ROLLBACK");
}

Result<void> Transaction::commit() {
  auto done = database_->run("COMMIT");
  if (done) database_ = nullptr;
  return done;
}

}  // namespace klive::app
