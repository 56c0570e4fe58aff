// SPDX-License-Identifier: LGPL-2.1-or-later
// A query for objects as SQL.
#include "backend/object_sql.h"

#include <algorithm>

namespace klive::app {
namespace {

using kaltura::Condition;
using kaltura::Operator;
using kaltura::Value;

/// Where a field is. Its name is the table's own, never a caller's.
std::string column_of(const kaltura::Field &field) {
  if (field.name == "id") return "id";
  if (field.name == "partnerId") return "partner";
  if (field.name == "createdAt") return "created_at";
  return "json_extract(document, '$." + std::string(field.name) + "')";
}

std::string places(size_t count) {
  std::string places;
  for (size_t i = 0; i < count; ++i) places += i == 0 ? "?" : ",?";
  return places;
}

std::string likes(const Condition &condition, const char *joint) {
  if (condition.values.empty()) return "0";
  std::string sql = "(";
  for (size_t i = 0; i < condition.values.size(); ++i) {
    if (i > 0) sql += joint;
    sql += column_of(*condition.field) + " LIKE ? ESCAPE '\\'";
  }
  return sql + ")";
}

std::string sql_of(const Condition &condition) {
  const std::string column = column_of(*condition.field);
  switch (condition.op) {
    case Operator::kEqual:
      return column + " = ?";
    case Operator::kNotEqual:
      return column + " IS NOT ?";
    case Operator::kIn:
      return column + " IN (" + places(condition.values.size()) + ")";
    case Operator::kNotIn:
      return "ifnull(" + column + ",'') NOT IN (" + places(condition.values.size()) + ")";
    case Operator::kLike:
    case Operator::kLikeAny:
      return likes(condition, " OR ");
    case Operator::kLikeAll:
      return likes(condition, " AND ");
    case Operator::kAtLeast:
      return column + " >= ?";
    case Operator::kAtMost:
      return column + " <= ?";
  }
  return "0";
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

bool is_like(Operator op) {
  return op == Operator::kLike || op == Operator::kLikeAny || op == Operator::kLikeAll;
}

void bind_value(Statement &statement, const Condition &condition, const Value &value) {
  const std::string text = value.text().value_or("");
  if (is_like(condition.op)) {
    statement.bind(like_pattern(text));
  } else if (condition.field->name == "id" || value.is_text()) {
    statement.bind(text);
  } else if (value.is_integer()) {
    statement.bind(*value.integer());
  } else {
    statement.bind(value.number().value_or(0));
  }
}

}  // namespace

std::string where_of(const ObjectQuery &query) {
  std::string sql = " WHERE kind = ?";
  if (!query.partners.empty()) sql += " AND partner IN (" + places(query.partners.size()) + ")";
  if (query.only_ids) sql += " AND id IN (" + places(query.only_ids->size()) + ")";
  if (query.not_ids) sql += " AND id NOT IN (" + places(query.not_ids->size()) + ")";
  for (const Condition &condition : query.filter.conditions) sql += " AND " + sql_of(condition);
  return sql;
}

std::string order_of(const ObjectQuery &query) {
  const kaltura::Field *field = query.filter.order_by;
  if (field == nullptr) {
    return " ORDER BY created_at DESC, rowid DESC";
  }
  const char *direction = query.filter.is_descending ? " DESC" : " ASC";
  return " ORDER BY " + column_of(*field) + direction + ", rowid" + direction;
}

void bind_query(Statement &statement, const ObjectQuery &query) {
  statement.bind(query.kind);
  for (const int64_t partner : query.partners) statement.bind(partner);
  for (const auto *ids : {&query.only_ids, &query.not_ids}) {
    if (!*ids) continue;
    for (const std::string &id : **ids) statement.bind(std::string_view(id));
  }
  for (const Condition &condition : query.filter.conditions) {
    for (const Value &value : condition.values) bind_value(statement, condition, value);
  }
}

}  // namespace klive::app
