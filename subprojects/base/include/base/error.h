// SPDX-License-Identifier: LGPL-2.1-or-later
// What went wrong, for a person to read and for code to branch on.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace klive::base {

/// What kind of answer a failure deserves. The sentence says the rest.
enum class ErrorCode {
  kInvalid,      ///< the input is malformed or breaks a rule of its format
  kNotFound,     ///< the thing named does not exist
  kRefused,      ///< understood, and not allowed
  kConflict,     ///< not possible while something else is the case
  kTooLarge,     ///< a documented bound was passed
  kIo,           ///< the operating system failed us
  kUnavailable,  ///< a service that is needed does not answer; trying again may help
  kInternal,     ///< our own mistake
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  ///< what arrived, what was needed, how to fix it; no token ever

  /// The same error with the caller's context in front: "loading klive.conf: line 3: …".
  [[nodiscard]] Error wrap(std::string_view context) && {
    message = std::string(context) + ": " + message;
    return std::move(*this);
  }
};

}  // namespace klive::base
