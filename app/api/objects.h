// SPDX-License-Identifier: LGPL-2.1-or-later
// What all services that store objects do alike: reading filters and pagers, listing, putting what
// was sent into what is stored, saying what went wrong.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "api/actions.h"
#include "backend/object_store.h"
#include "kaltura/filter.h"

namespace klive::app::api {

/// An error of a store as the API says it; `not_found` is the code for what is not there.
[[nodiscard]] kaltura::ApiError store_error(const base::Error &error, std::string_view not_found,
                                            const std::string &id);

/// Puts the members of `checked` (see kaltura::check_object) into a document. A field that is fixed
/// when the object is made may be sent with the value that it has.
[[nodiscard]] std::optional<kaltura::ApiError> merge(kaltura::Value &document,
                                                     const kaltura::Value &checked,
                                                     kaltura::Purpose purpose);

/// Only what the caller may see of an object: "partnerId" decides whether it is there at all.
[[nodiscard]] bool is_visible(const Call &call, const kaltura::Value &document);
/// The object, if it is there for the caller.
[[nodiscard]] std::variant<kaltura::Value, kaltura::ApiError> find_object(
    const Call &call, std::string_view kind, const std::string &id, std::string_view not_found);
/// The same, to be changed: what klive ships with is nobody's to change.
[[nodiscard]] std::variant<kaltura::Value, kaltura::ApiError> find_own_object(
    const Call &call, std::string_view kind, const std::string &id, std::string_view not_found);

/// An action that answers with the object.
[[nodiscard]] ActionResult get_object(const Call &call, std::string_view kind,
                                      const std::string &id, std::string_view not_found);
/// An object that may be changed, with what was sent in it; it is not stored yet.
[[nodiscard]] std::variant<kaltura::Value, kaltura::ApiError> changed_object(
    const Call &call, std::string_view kind, const std::string &id, std::string_view not_found,
    const kaltura::Value &given);
/// Stores a document in the place of the one with its id, and answers with it.
[[nodiscard]] ActionResult replace_object(const Call &call, std::string_view kind,
                                          const kaltura::Value &document,
                                          std::string_view not_found);
[[nodiscard]] ActionResult remove_object(const Call &call, std::string_view kind,
                                         const std::string &id, std::string_view not_found);

/// The query of the arguments "filter" and "pager".
[[nodiscard]] std::variant<ObjectQuery, kaltura::ApiError> query_of(const Call &call,
                                                                    std::string_view kind,
                                                                    std::string_view filter_type);
/// The page of a query, as long as the request has not had its fill: who asks for everything a
/// hundred times at once must not keep everybody else waiting.
[[nodiscard]] std::variant<ObjectPage, kaltura::ApiError> page_of(const Call &call,
                                                                  const ObjectQuery &query);
/// A list response with the documents of a page, each made by `view`.
[[nodiscard]] kaltura::Value list_of(std::string_view response_type, kaltura::Value::Array objects,
                                     int64_t total);
/// Lists documents as they are stored, with "objectType" as they have it.
[[nodiscard]] ActionResult list_objects(const Call &call, std::string_view kind,
                                        std::string_view filter_type,
                                        std::string_view response_type);

/// Puts a document in the place of the one with its id, or beside the others.
[[nodiscard]] base::Result<void> put_object(const Call &call, std::string_view kind,
                                            const kaltura::Value &document);

/// Says truthfully that klive does not do it yet.
[[nodiscard]] kaltura::ApiError not_carried_out(const Call &call, const std::string &why);

}  // namespace klive::app::api
