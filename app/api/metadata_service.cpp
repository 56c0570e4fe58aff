// SPDX-License-Identifier: LGPL-2.1-or-later
// The plug-in service metadata_metadata: Kaltura's player asks it for the custom metadata of every
// entry that it plays. klive's entries have none.
#include <array>

#include "api/actions.h"
#include "api/fields.h"
#include "api/objects.h"

namespace klive::app::api {
namespace {

ActionResult list(const Call &) { return list_of("KalturaMetadataListResponse", {}, 0); }

constexpr Parameter kList[] = {optional(object_field("filter", "KalturaMetadataFilter")), kPager};

constexpr std::array kActions = {
    Action{"metadata_metadata", "list", Allowed::kSession, kList, "KalturaMetadataListResponse",
           list},
};

}  // namespace

std::span<const Action> metadata_actions() { return kActions; }

}  // namespace klive::app::api
