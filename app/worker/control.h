// SPDX-License-Identifier: LGPL-2.1-or-later
// What door and worker say to each other: one packet of a SOCK_SEQPACKET socketpair each, a verb
// and its text. Data flows one way, door to worker; what comes back are facts.
//
//   door                                      worker
//   start⏎description JSON ─────────────────► builds the entry pipeline, repairs the window, plays
//   add NAME⏎header (+ fd) ─────────────────► adds a source stage that reads FLV from fd
//   remove NAME ────────────────────────────► takes it out at once (a takeover; an ordinary end is
//                                             EOF on fd)
//   ask ────────────────────────────────────► says why nothing comes
//   stop keep|end ──────────────────────────► finishes what is open, with `end` marks the session's
//                                             end, exits
//                 ◄──────────── event⏎LINE    one manifest::Event, as text
//                 ◄──── ended NAME⏎REASON
//                 ◄────────── warning⏎TEXT
//                 ◄──────────────── disk MS   for so long it has been waiting for the disk
//
//   door                                      fork server (worker/fork_server.h)
//   warm⏎description JSON ──────────────────► loads what workers will use
//   fork WORKER MEMORY (+ fd) ──────────────► becomes a worker with that control channel
//   kill WORKER ────────────────────────────► ends it at once
//                 ◄── exited WORKER STATUS    as waitpid says
#pragma once

#include <cstdint>
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
struct Ask {};
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
struct DiskWait {
  uint64_t ms = 0;  ///< 0: it is not waiting
};
struct Warm {
  std::string description;
};
/// `worker` is the door's number for it.
struct Fork {
  uint64_t worker = 0;
  uint64_t memory = 0;  ///< bytes of private data that it may have; 0 = unlimited
};
struct Kill {
  uint64_t worker = 0;
};
struct Exited {
  uint64_t worker = 0;
  int status = 0;
};
using Message = std::variant<Start, AddPublication, RemovePublication, Ask, Stop, Event,
                             PublicationEnded, Warning, DiskWait, Warm, Fork, Kill, Exited>;

/// Room for every message: descriptions and stream headers are a few kilobytes.
inline constexpr size_t kLargestMessage = 192 * 1024;

[[nodiscard]] base::Bytes encode(const Message &message);
/// kInvalid for what is no message: the other side may have been taken over.
[[nodiscard]] base::Result<Message> decode(base::ByteView packet);

}  // namespace klive::app::control
