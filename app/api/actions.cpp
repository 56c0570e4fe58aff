// SPDX-License-Identifier: LGPL-2.1-or-later
// The table of services and actions.
#include "api/actions.h"

#include <array>

namespace klive::app::api {
namespace {

using enum ParameterKind;

constexpr bool kRequired = true;

// In the order of Kaltura's definitions.
constexpr Parameter kStart[] = {{"secret", kText, kRequired}, {"userId"},
                                {"type", kInteger},           {"partnerId", kInteger},
                                {"expiry", kInteger},         {"privileges"}};
constexpr Parameter kAdd[] = {{"liveStreamEntry", kObject, kRequired}, {"sourceType"}};
constexpr Parameter kEntry[] = {{"entryId", kText, kRequired}};
constexpr Parameter kGet[] = {{"entryId", kText, kRequired}, {"version", kInteger}};
constexpr Parameter kList[] = {{"filter", kObject}, {"pager", kObject}};
constexpr Parameter kUpdate[] = {{"entryId", kText, kRequired},
                                 {"liveStreamEntry", kObject, kRequired}};
constexpr Parameter kIsLive[] = {{"id", kText, kRequired}, {"protocol"}};

constexpr std::array kActions = {
    Action{"session", "start", Allowed::kEverybody, kStart, session_start},
    Action{"system", "ping", Allowed::kEverybody, {}, system_ping},
    Action{"livestream", "add", Allowed::kAdmin, kAdd, live_stream_add},
    Action{"livestream", "get", Allowed::kSession, kGet, live_stream_get},
    Action{"livestream", "list", Allowed::kSession, kList, live_stream_list},
    Action{"livestream", "update", Allowed::kAdmin, kUpdate, live_stream_update},
    Action{"livestream", "delete", Allowed::kAdmin, kEntry, live_stream_delete},
    Action{"livestream", "regeneratestreamtoken", Allowed::kAdmin, kEntry,
           live_stream_regenerate_token},
    Action{"livestream", "islive", Allowed::kEverybody, kIsLive, live_stream_is_live},
};

}  // namespace

std::span<const Action> actions() { return kActions; }

}  // namespace klive::app::api
