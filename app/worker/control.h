// SPDX-License-Identifier: LGPL-2.1-or-later
// What door and worker say to each other: one packet of a SOCK_SEQPACKET socketpair each, a verb
// and its text. Data flows one way, door to worker; what comes back are facts.
//
//   door                                      worker
//   start⏎description JSON ─────────────────► builds the entry pipeline, repairs the window, plays
//   add NAME⏎header (+ fd) ─────────────────► adds a source stage that reads FLV from fd
//   remove NAME ────────────────────────────► takes it out at once (a takeover; an ordinary end is
//                                             EOF on fd)
//   stop keep|end ──────────────────────────► finishes what is open, with `end` marks the session's
//                                             end, exits
//                 ◄──────────── event⏎LINE    one manifest::Event, as text
//                 ◄──── ended NAME⏎REASON
//                 ◄────────── warning⏎TEXT
#pragma once

#include <string>
#include <variant>

#include "base/bytes.h"
#include "base/result.h"

namespace klive::app::control {

struct Start {
  std::string description;  ///< resolved, JSON
};
struct AddPublication {
  std::string name;    ///< "<entry>/<side>/<flavor>"
  base::Bytes header;  ///< FLV that a reader needs who joins in mid-stream; may be empty
};
struct RemovePublication {
  std::string name;
};
struct Stop {
  bool end_session = false;
};
struct Event {
  std::string line;
};
struct PublicationEnded {
  std::string name, reason;
};
struct Warning {
  std::string text;
};
using Message =
    std::variant<Start, AddPublication, RemovePublication, Stop, Event, PublicationEnded, Warning>;

/// Room for every message: descriptions and stream headers are a few kilobytes.
inline constexpr size_t kLargestMessage = 192 * 1024;

[[nodiscard]] base::Bytes encode(const Message &message);
/// kInvalid for what is no message: the other side may have been taken over.
[[nodiscard]] base::Result<Message> decode(base::ByteView packet);

}  // namespace klive::app::control
