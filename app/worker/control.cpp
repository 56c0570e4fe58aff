// SPDX-License-Identifier: LGPL-2.1-or-later
// The control channel's messages as bytes.
#include "worker/control.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace klive::app::control {
namespace {

// "VERB ARGUMENT⏎TEXT"; without an argument the space is left out.
base::Bytes packet(std::string_view verb, std::string_view argument, base::ByteView text) {
  base::Bytes bytes;
  bytes.reserve(verb.size() + argument.size() + text.size() + 2);
  bytes.insert(bytes.end(), verb.begin(), verb.end());
  if (!argument.empty()) {
    bytes.push_back(' ');
    bytes.insert(bytes.end(), argument.begin(), argument.end());
  }
  bytes.push_back('\n');
  base::append(bytes, text);
  return bytes;
}

base::ByteView bytes_of(const std::string &text) {
  return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
}

struct Encoder {
  base::Bytes operator()(const Start &m) const {
    return packet("start", {}, bytes_of(m.description));
  }
  base::Bytes operator()(const AddPublication &m) const { return packet("add", m.name, m.header); }
  base::Bytes operator()(const RemovePublication &m) const { return packet("remove", m.name, {}); }
  base::Bytes operator()(const Ask &) const { return packet("ask", {}, {}); }
  base::Bytes operator()(const Stop &m) const {
    return packet("stop", m.end_session ? "end" : "keep", {});
  }
  base::Bytes operator()(const Event &m) const { return packet("event", {}, bytes_of(m.line)); }
  base::Bytes operator()(const PublicationEnded &m) const {
    return packet("ended", m.name, bytes_of(m.reason));
  }
  base::Bytes operator()(const Warning &m) const { return packet("warning", {}, bytes_of(m.text)); }
  base::Bytes operator()(const Warm &m) const {
    return packet("warm", {}, bytes_of(m.description));
  }
  base::Bytes operator()(const Fork &m) const {
    return packet("fork", std::to_string(m.worker) + ' ' + std::to_string(m.memory), {});
  }
  base::Bytes operator()(const Kill &m) const {
    return packet("kill", std::to_string(m.worker), {});
  }
  base::Bytes operator()(const Exited &m) const {
    return packet("exited", std::to_string(m.worker) + ' ' + std::to_string(m.status), {});
  }
  base::Bytes operator()(const DiskWait &m) const {
    return packet("disk", std::to_string(m.ms), {});
  }
};

/// "N", "N M": nothing when anything else stands there.
template <typename First, typename Second>
bool read_numbers(std::string_view text, First &first, Second *second) {
  const char *end = text.data() + text.size();
  auto [behind, error] = std::from_chars(text.data(), end, first);
  if (error != std::errc()) return false;
  if (!second) return behind == end;
  if (behind == end || *behind != ' ') return false;
  const auto [last, wrong] = std::from_chars(behind + 1, end, *second);
  return wrong == std::errc() && last == end;
}

}  // namespace

base::Bytes encode(const Message &message) { return std::visit(Encoder{}, message); }

base::Result<Message> decode(base::ByteView packet) {
  const auto line_end = std::find(packet.begin(), packet.end(), '\n');
  const std::string_view line(reinterpret_cast<const char *>(packet.data()),
                              static_cast<size_t>(line_end - packet.begin()));
  if (line_end == packet.end())
    return base::fail(base::ErrorCode::kInvalid, "a control message without a first line");
  const base::ByteView rest = packet.subspan(line.size() + 1);
  const auto text = [&] {
    return std::string(reinterpret_cast<const char *>(rest.data()), rest.size());
  };
  const size_t space = std::min(line.find(' '), line.size());
  const std::string_view verb = line.substr(0, space);
  const std::string argument(space < line.size() ? line.substr(space + 1) : std::string_view());
  if (verb == "event") return Message(Event{text()});
  if (verb == "warning") return Message(Warning{text()});
  if (verb == "ask") return Message(Ask{});
  if (verb == "start") return Message(Start{text()});
  if (verb == "stop" && (argument == "end" || argument == "keep"))
    return Message(Stop{argument == "end"});
  if (verb == "warm") return Message(Warm{text()});
  if (Fork order; verb == "fork" && read_numbers(argument, order.worker, &order.memory))
    return Message(order);
  if (Kill order; verb == "kill" && read_numbers<uint64_t, int>(argument, order.worker, nullptr))
    return Message(order);
  if (Exited fact; verb == "exited" && read_numbers(argument, fact.worker, &fact.status))
    return Message(fact);
  if (DiskWait wait; verb == "disk" && read_numbers<uint64_t, int>(argument, wait.ms, nullptr))
    return Message(wait);
  if (!argument.empty()) {
    if (verb == "add") return Message(AddPublication{argument, {rest.begin(), rest.end()}});
    if (verb == "remove") return Message(RemovePublication{argument});
    if (verb == "ended") return Message(PublicationEnded{argument, text()});
  }
  return base::fail(base::ErrorCode::kInvalid, "a control message that is none of ours");
}

}  // namespace klive::app::control
