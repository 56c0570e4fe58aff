// SPDX-License-Identifier: LGPL-2.1-or-later
// Words of the command line → Kaltura's field names and numbers.
#include "cli/entry_fields.h"

#include "backend/entry_store.h"
#include "config/config_value.h"

namespace klive::app {
namespace {

base::Result<int64_t> record_status(const std::string &word) {
  if (word == "none") return static_cast<int64_t>(RecordMode::kNone);
  if (word == "append") return static_cast<int64_t>(RecordMode::kAppend);
  if (word == "session") return static_cast<int64_t>(RecordMode::kSession);
  return base::fail(base::ErrorCode::kInvalid,
                    "--record is none, append or session, not \"" + word + "\"");
}

base::Result<int64_t> dvr_status(const std::string &word) {
  if (word == "on") return int64_t{1};
  if (word == "off") return int64_t{0};
  return base::fail(base::ErrorCode::kInvalid, "--dvr is on or off, not \"" + word + "\"");
}

base::Result<int64_t> milliseconds(const std::string &text) {
  auto duration = parse_duration(text);
  if (!duration) return base::fail(std::move(duration).error().wrap("--segment-duration"));
  return duration->ns / 1'000'000;
}

}  // namespace

void EntryFields::declare(Options &options, bool is_new) {
  options.optional_text("name", name, "Name, 5 characters at least", "NAME");
  options.optional_text("description", description, "What it is about", "TEXT");
  options.optional_text("profile", profile,
                        "System name or id of a conversion profile (Passthrough_Live)", "PROFILE");
  options.optional_text("dvr", dvr, "Whether viewers may seek back: on or off", "on|off");
  options.number("dvr-window", dvr_window_minutes, 1, 7 * 24 * 60, "How far back, in minutes",
                 "MINUTES");
  options.optional_text("record", record, "none, append or session", "MODE");
  options.optional_text("segment-duration", segment_duration,
                        "Target length of a segment, 2s to 20s", "DURATION");
  options.optional_text("admin-tags", admin_tags, "Tags, separated by commas", "TAGS");
  options.flag("low-latency", low_latency, "Short chunks; the same as the admin tag lowlatency");
  if (!is_new) return;
  options.optional_text("id", id, "Id of the entry instead of a made one", "ID");
  options.optional_text("token", token, "Token of the entry instead of a made one", "TOKEN");
}

base::Result<JsonObjectPtr> EntryFields::to_object() const {
  JsonObjectPtr object(json_object_new());
  json_object_set_string_member(object.get(), "objectType", "KalturaLiveStreamEntry");
  std::string problem;

  const auto set_text = [&](const char *member, const std::optional<std::string> &value) {
    if (!value) return;
    if (!g_utf8_validate(value->c_str(), -1, nullptr))
      problem = std::string(member) + " is not UTF-8";
    else
      json_object_set_string_member(object.get(), member, value->c_str());
  };
  const auto set_number = [&](const char *member, const std::optional<std::string> &value,
                              base::Result<int64_t> (*convert)(const std::string &)) {
    if (!value) return;
    const auto number = convert(*value);
    if (!number)
      problem = number.error().message;
    else
      json_object_set_int_member(object.get(), member, *number);
  };

  set_text("name", name);
  set_text("description", description);
  set_text("id", id);
  set_text("streamPassword", token);
  set_number("recordStatus", record, record_status);
  set_number("dvrStatus", dvr, dvr_status);
  set_number("segmentDuration", segment_duration, milliseconds);
  if (dvr_window_minutes)
    json_object_set_int_member(object.get(), "dvrWindow", *dvr_window_minutes);
  std::optional<std::string> tags = admin_tags;
  if (low_latency) tags = tags && !tags->empty() ? *tags + ",lowlatency" : "lowlatency";
  set_text("adminTags", tags);

  if (!problem.empty()) return base::fail(base::ErrorCode::kInvalid, problem);
  return object;
}

}  // namespace klive::app
