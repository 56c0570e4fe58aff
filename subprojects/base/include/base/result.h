// SPDX-License-Identifier: LGPL-2.1-or-later
// Result<T>: a value or an Error. Spelled like std::expected, which C++20 lacks, so that it can be
// replaced by it.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/error.h"

namespace klive::base {

/// Returned (implicitly convertible to any Result<T>) by the failing path of a function.
struct Failure {
  Error error;
};

[[nodiscard]] inline Failure fail(ErrorCode code, std::string message) {
  return Failure{Error{code, std::move(message)}};
}
[[nodiscard]] inline Failure fail(Error error) { return Failure{std::move(error)}; }

/// A value or an Error. Plain value; reading the side that is not there aborts.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
  Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}  // NOLINT

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  [[nodiscard]] T &value() & { return *checked(); }
  [[nodiscard]] const T &value() const & { return *const_cast<Result *>(this)->checked(); }
  [[nodiscard]] T &&value() && { return std::move(*checked()); }
  T &operator*() & { return value(); }
  const T &operator*() const & { return value(); }
  T &&operator*() && { return std::move(*this).value(); }
  T *operator->() { return checked(); }
  const T *operator->() const { return const_cast<Result *>(this)->checked(); }

  [[nodiscard]] Error &error() & {
    if (has_value()) std::abort();
    return *std::get_if<1>(&state_);
  }
  [[nodiscard]] const Error &error() const & { return const_cast<Result *>(this)->error(); }
  [[nodiscard]] Error &&error() && { return std::move(error()); }

 private:
  T *checked() {
    if (!has_value()) std::abort();
    return std::get_if<0>(&state_);
  }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Failure failure) : error_(std::move(failure.error)) {}  // NOLINT: implicit by design

  [[nodiscard]] bool has_value() const { return !error_; }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] Error &error() & {
    if (!error_) std::abort();
    return *error_;
  }
  [[nodiscard]] const Error &error() const & { return const_cast<Result *>(this)->error(); }
  [[nodiscard]] Error &&error() && { return std::move(error()); }

 private:
  std::optional<Error> error_;
};

}  // namespace klive::base
