// SPDX-License-Identifier: LGPL-2.1-or-later
// Entries as objects of the API: what a caller is shown, and what a caller may change.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "api/actions.h"
#include "backend/entry_store.h"

namespace klive::app::api {

// Kaltura's MediaType.
inline constexpr int64_t kMediaTypeVideo = 1, kMediaTypeLive = 201;

/// The entry, if it is there for the caller; of this type unless any will do.
[[nodiscard]] std::variant<Entry, kaltura::ApiError> find_entry(
    const Call &call, const std::string &id,
    std::optional<EntryType> type = EntryType::kLiveStream);

/// What the caller may see of it.
[[nodiscard]] kaltura::Value entry_view(const Call &call, const Entry &entry);
/// As answer_of, for the result of a change; `id` is what was asked for.
[[nodiscard]] ActionResult entry_answer(const Call &call, const base::Result<Entry> &entry,
                                        const std::string &id);

/// Puts what was sent (see kaltura::check_object) into `entry`; says what a field breaks.
[[nodiscard]] std::optional<kaltura::ApiError> apply_fields(const Call &call,
                                                            const kaltura::Value &checked,
                                                            kaltura::Purpose purpose, Entry &entry);

// What liveStream, media and baseEntry do alike; of this type unless any will do.
/// A new entry: whose it is is who makes it, unless it says so.
[[nodiscard]] ActionResult add_entry(const Call &call, Entry entry);
[[nodiscard]] ActionResult get_entry(const Call &call, const std::string &id,
                                     std::optional<EntryType> type);
[[nodiscard]] ActionResult list_entries(const Call &call, std::string_view filter_type,
                                        std::string_view response_type,
                                        std::optional<EntryType> type);
[[nodiscard]] ActionResult update_entry(const Call &call, const std::string &id,
                                        const kaltura::Value &checked,
                                        std::optional<EntryType> type);
[[nodiscard]] ActionResult remove_entry(const Call &call, const std::string &id,
                                        std::optional<EntryType> type);
/// Says of a call that brings content what is wrong with it, or that this server takes none.
[[nodiscard]] ActionResult refuse_content(const Call &call, const std::string &id,
                                          std::optional<EntryType> type);

/// The first of the fields that may not change on air and differs; null when there is none.
[[nodiscard]] const char *frozen_field_changed(const Entry &before, const Entry &after);

}  // namespace klive::app::api
