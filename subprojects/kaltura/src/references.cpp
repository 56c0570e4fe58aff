// SPDX-License-Identifier: LGPL-2.1-or-later
// References of a multirequest: "{1:result:id}", "{2:result:objects:0:status}", "{1:result}".
#include <charconv>
#include <utility>

#include "kaltura/request.h"

namespace klive::kaltura {
namespace {

constexpr std::string_view kMark = ":result";
constexpr size_t kMaxGrowth = 1024 * 1024;  // what a call may have put into its texts, in bytes

struct Reference {
  size_t begin = 0, size = 0;  ///< in the text
  size_t number = 0;
  std::string_view path;  ///< "objects:0:status"
};

/// The next reference at or behind `from`.
std::optional<Reference> find_reference(std::string_view text, size_t from) {
  for (;;) {
    const size_t begin = text.find('{', from);
    if (begin == std::string_view::npos) return std::nullopt;
    from = begin + 1;
    const size_t end = text.find('}', from);
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view inside = text.substr(from, end - from);
    Reference reference{begin, end + 1 - begin, 0, {}};
    const auto [rest, error] =
        std::from_chars(inside.data(), inside.data() + inside.size(), reference.number);
    if (error != std::errc()) continue;
    inside.remove_prefix(static_cast<size_t>(rest - inside.data()));
    if (!inside.starts_with(kMark)) continue;
    inside.remove_prefix(kMark.size());
    if (!inside.empty() && !inside.starts_with(':')) continue;
    reference.path = inside.empty() ? inside : inside.substr(1);
    return reference;
  }
}

const Value *follow(const Value *value, std::string_view path) {
  while (value != nullptr && !path.empty()) {
    const size_t colon = path.find(':');
    const std::string_view part = path.substr(0, colon);
    path.remove_prefix(colon == std::string_view::npos ? path.size() : colon + 1);
    const Value::Array *items = value->array();
    if (items == nullptr) {
      value = value->find(part);
      continue;
    }
    size_t index = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
    const bool is_item =
        error == std::errc() && end == part.data() + part.size() && index < items->size();
    value = is_item ? &(*items)[index] : nullptr;
  }
  return value;
}

const Value *target_of(const Reference &reference, const std::vector<Value> &results) {
  if (reference.number == 0 || reference.number > results.size()) return nullptr;
  const Value *value = follow(&results[reference.number - 1], reference.path);
  return value != nullptr && value->is_scalar() ? value : nullptr;
}

class Resolver {
 public:
  explicit Resolver(const std::vector<Value> &results) : results_(results) {}

  // Recursion: parameters have bounded depth.
  std::optional<std::string> resolve(Value &value) {
    if (value.is_text()) return resolve_text(value);
    if (Value::Object *members = value.object()) {
      for (auto &[name, member] : *members) {
        if (auto missing = resolve(member)) return missing;
      }
    }
    if (Value::Array *items = value.array()) {
      for (Value &item : *items) {
        if (auto missing = resolve(item)) return missing;
      }
    }
    return std::nullopt;
  }

 private:
  std::optional<std::string> resolve_text(Value &value) {
    const std::string text = *value.text();
    std::string out;
    size_t done = 0;
    while (const auto reference = find_reference(text, done)) {
      const std::string whole = text.substr(reference->begin, reference->size);
      const Value *target = target_of(*reference, results_);
      if (target == nullptr) return whole;
      const std::string found = *target->text();
      if (found.size() > growth_left_) return whole;
      growth_left_ -= found.size();
      if (reference->size == text.size()) {
        value = Value(*target);  // with its type
        return std::nullopt;
      }
      out.append(text, done, reference->begin - done);
      out += found;
      done = reference->begin + reference->size;
    }
    if (done == 0) return std::nullopt;
    out.append(text, done);
    value = std::move(out);
    return std::nullopt;
  }

  const std::vector<Value> &results_;
  size_t growth_left_ = kMaxGrowth;
};

}  // namespace

std::optional<std::string> resolve_references(Value &parameters,
                                              const std::vector<Value> &results) {
  return Resolver(results).resolve(parameters);
}

}  // namespace klive::kaltura
