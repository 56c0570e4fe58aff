// SPDX-License-Identifier: LGPL-2.1-or-later
// SQLite with owners and Results: a connection, a statement, a transaction.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace klive::app {

/// One run of one statement. Bind in order, then step. Thread-bound, like its Database.
class Statement {
 public:
  void bind(std::string_view text);
  void bind(int64_t value);
  void bind(double value);
  /// True: there is a row. False: done.
  [[nodiscard]] base::Result<bool> step();
  /// Columns of the row, counted from 0.
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] int64_t integer(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt *statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
};

/// One connection. Thread-bound.
class Database {
 public:
  /// Opens or creates the file: WAL, a busy time-out, mode 0600 for a new file.
  [[nodiscard]] static base::Result<Database> open(const std::string &path);

  [[nodiscard]] base::Result<Statement> prepare(const std::string &sql);
  /// One or several statements without results.
  [[nodiscard]] base::Result<void> run(const std::string &sql);
  /// Rows that the last statement changed.
  [[nodiscard]] int changes() const;

 private:
  struct Close {
    void operator()(sqlite3 *connection) const { sqlite3_close_v2(connection); }
  };
  std::unique_ptr<sqlite3, Close> connection_;
};

/// BEGIN IMMEDIATE … COMMIT; rolled back when it goes away before commit(). Borrows the database.
class Transaction {
 public:
  [[nodiscard]] static base::Result<Transaction> begin(Database &database);
  Transaction(Transaction &&other) noexcept;
  Transaction &operator=(Transaction &&other) = delete;
  ~Transaction();
  [[nodiscard]] base::Result<void> commit();

 private:
  explicit Transaction(Database &database) : database_(&database) {}
  Database *database_;
};

}  // namespace klive::app
