// SPDX-License-Identifier: LGPL-2.1-or-later
// The custom downstream query `klive-publish`: a source asks the elements behind it whether a
// publication may go on.
//
//   klivertmpsrc ──query──► kliveauth ────► kliveflavormap ────► owner of the pipeline (pad probe)
//                           token,          stream name →        duplicates, limits, destination
//                           entry, side     flavor
//
// It is sent twice: stage "connect" before `connect` is acknowledged (the stream name is not known
// yet), stage "publish" before `publish` is. A source that gets a connection whose `connect` was
// answered before (await_publish()) sends the second one alone. Each element reads what it needs,
// writes what it found, and either passes the query on or refuses it. The first refusal wins and
// goes to the encoder. A query that nobody answered (no `kliveauth` in the chain, `authorised` not
// set) is decided by the source's `unauthenticated` property.
//
// Fields of the structure `klive-publish`:
//   asked     stage ("connect"|"publish"), protocol ("rtmp"), host, app, tc-url, stream-name,
//             remote-address ("[::1]:4711"): strings
//   answered  authorised (boolean), entry (string), side ("primary"|"backup"), name (string: the
//             stream name as the profile spells it), flavor (uint), language (string),
//             low-latency (boolean), token-id (string: identifies the token without being it),
//             flavors (array of structures `flavor`: stream-name, id (uint), audio-only (boolean),
//             language; what the entry's profile takes)
//   refused   refusal-code (string), refusal-reason (string, one sentence)
// A field without a value is absent.
//
// A source that was told yes sends a new stream-start event before its first buffer, as those
// behind it know entry, side and flavor only now.
#pragma once

#include <gst/gst.h>

#include <string>
#include <vector>

#include "kaltura/flavor.h"
#include "klive/ptr.h"

namespace klive::gst {

// Codes of refusals, in RTMP's words.
inline constexpr char kRejected[] = "NetConnection.Connect.Rejected";
inline constexpr char kDenied[] = "NetStream.Publish.Denied";
inline constexpr char kBadName[] = "NetStream.Publish.BadName";

enum class PublishStage { kConnect, kPublish };

/// What an encoder asks for. `tc_url`, `app` and `stream_name` may hold a token: never log them.
struct PublishRequest {
  PublishStage stage = PublishStage::kConnect;
  std::string protocol;
  std::string host;
  std::string app;
  std::string tc_url;
  std::string stream_name;
  std::string remote_address;
};
/// What the chain answered so far.
struct PublishAnswer {
  bool authorised = false;
  std::string entry;
  std::string side;
  std::string stream_name;  ///< as the profile spells it, "1"; without query and entry
  unsigned flavor = 0;
  std::string language;
  bool low_latency = false;
  std::string token_id;
  std::vector<kaltura::IngestFlavor> flavors;  ///< written by kliveauth for kliveflavormap
  std::string refusal_code, refusal_reason;
  [[nodiscard]] bool refused() const { return !refusal_reason.empty(); }
};

[[nodiscard]] Ptr<GstQuery> new_publish_query(const PublishRequest &request);
[[nodiscard]] bool is_publish_query(GstQuery *query);
[[nodiscard]] PublishRequest publish_request(GstQuery *query);
[[nodiscard]] PublishAnswer publish_answer(GstQuery *query);
/// Writes the answer's fields into the query.
void set_publish_answer(GstQuery *query, const PublishAnswer &answer);
/// Refuses: the first refusal stays.
void refuse_publish(GstQuery *query, const std::string &code, const std::string &reason);

}  // namespace klive::gst
