// SPDX-License-Identifier: LGPL-2.1-or-later
// The control channel between door and worker: GDBus, peer to peer over a socketpair. Data flows
// one way, door to worker; what comes back are facts.
//
//   door                                      worker
//   Start(description JSON) ────────────────► builds the entry pipeline, repairs the window, plays
//   AddPublication(name, header, fd) ───────► adds a source stage that reads FLV from fd
//   RemovePublication(name) ────────────────► takes it out at once (a takeover; an ordinary end is
//   EOF on fd) Stop(end_session) ──────────────────────► finishes what is open, marks the session's
//   end, exits ◄──────────────── Event(line) ─────────── one manifest::Event, as text
//   ◄──────────────── PublicationEnded(name, reason)
//   ◄──────────────── Warning(text)
#pragma once

namespace klive::app::control {

inline constexpr char kObjectPath[] = "/org/klive/Worker";
inline constexpr char kInterface[] = "org.klive.Worker";
inline constexpr char kIntrospection[] = R"xml(
<node>
  <interface name="org.klive.Worker">
    <method name="Start">
      <arg name="description" type="s" direction="in"/>
    </method>
    <method name="AddPublication">
      <arg name="name" type="s" direction="in"/>
      <arg name="header" type="ay" direction="in"/>
      <arg name="fd" type="h" direction="in"/>
    </method>
    <method name="RemovePublication">
      <arg name="name" type="s" direction="in"/>
    </method>
    <method name="Stop">
      <arg name="end_session" type="b" direction="in"/>
    </method>
    <signal name="Event"><arg name="line" type="s"/></signal>
    <signal name="PublicationEnded"><arg name="name" type="s"/><arg name="reason" type="s"/></signal>
    <signal name="Warning"><arg name="text" type="s"/></signal>
  </interface>
</node>)xml";

}  // namespace klive::app::control
