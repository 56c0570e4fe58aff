// SPDX-License-Identifier: LGPL-2.1-or-later
// Object types: lists in general, sessions, partners, permissions.
#include <array>

#include "types.h"

namespace klive::kaltura::types {
namespace {

constexpr Field kPager[] = {integer("pageSize"), integer("pageIndex")};
constexpr Field kFilter[] = {text("orderBy")};
constexpr Field kList[] = {integer("totalCount")};
constexpr Field kSession[] = {
    text("ks"),           choice("sessionType", "KalturaSessionType"),
    integer("partnerId"), text("userId"),
    integer("expiry"),    text("privileges"),
};
constexpr Field kWidgetSession[] = {integer("partnerId"), text("ks"), text("userId")};
constexpr Field kPartner[] = {
    integer("id").read_only(),
    text("name"),
    integer("createdAt").read_only(),
    text("adminName"),
    text("adminEmail"),
    text("description"),
    choice("status", "KalturaPartnerStatus").read_only(),
};
constexpr Field kPermission[] = {
    integer("id").read_only(),
    choice("type", "KalturaPermissionType").read_only(),
    text("name"),
    text("friendlyName"),
    choice("status", "KalturaPermissionStatus"),
    integer("partnerId").read_only(),
};
constexpr Field kPermissions[] = {array("objects", "KalturaPermission")};

constexpr std::array kTypes = {
    ObjectType{"KalturaFilterPager", "", kPager},
    ObjectType{"KalturaFilter", "", kFilter, true},
    ObjectType{"KalturaListResponse", "", kList, true},
    ObjectType{"KalturaSessionInfo", "", kSession},
    ObjectType{"KalturaStartWidgetSessionResponse", "", kWidgetSession},
    ObjectType{"KalturaPartner", "", kPartner},
    ObjectType{"KalturaPermission", "", kPermission},
    filter("KalturaPermissionFilter", "KalturaFilter", "KalturaPermission"),
    ObjectType{"KalturaPermissionListResponse", "KalturaListResponse", kPermissions},
};

}  // namespace

std::span<const ObjectType> account_types() { return kTypes; }

}  // namespace klive::kaltura::types
