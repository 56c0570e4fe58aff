// SPDX-License-Identifier: LGPL-2.1-or-later
// The API from a caller's side: requests as they are sent, answers as they come back. No I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kaltura/answer.h"
#include "kaltura/value.h"

namespace klive::kaltura {

/// A call of one action. Plain value.
struct ClientCall {
  std::string service, action;          ///< "liveStream", "get"
  Value parameters = Value::Object();   ///< by the names of the API's definitions
  std::optional<int64_t> partner = {};  ///< that is acted for; empty = the session's own
  bool is_file = false;                 ///< a file is answered and no value: see read_file_answer
};

/// "/api_v3/service/liveStream/action/get".
[[nodiscard]] std::string call_path(const ClientCall &call);
/// The JSON body that is posted there; it holds the session: never log it.
[[nodiscard]] std::string call_body(const ClientCall &call, std::string_view ks,
                                    std::string_view client_tag);
inline constexpr char kCallContentType[] = "application/json";

/// What was answered: a result or the API's error. Fails when it is no answer of the API at all,
/// as the page of a proxy.
[[nodiscard]] base::Result<Outcome> read_answer(std::string_view body);

/// The same of an action that answers with a file: its bytes as a text, unless they are an error.
[[nodiscard]] Outcome read_file_answer(std::string_view body);

/// The session is not taken: another has to be made.
[[nodiscard]] bool is_session_error(const ApiError &error);
/// The API itself is in trouble: the same call may succeed later.
[[nodiscard]] bool is_passing_error(const ApiError &error);

}  // namespace klive::kaltura
