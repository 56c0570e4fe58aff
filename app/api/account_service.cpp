// SPDX-License-Identifier: LGPL-2.1-or-later
// The services partner, permission and beacon.
#include <algorithm>
#include <array>
#include <string>

#include "api/actions.h"
#include "api/fields.h"
#include "api/objects.h"

namespace klive::app::api {
namespace {

using kaltura::ApiError;
using kaltura::make_api_error;
using kaltura::Purpose;
using kaltura::Value;

constexpr int64_t kActive = 1;   // Kaltura's PartnerStatus and PermissionStatus
constexpr int64_t kFeature = 2;  // Kaltura's PermissionType SPECIAL_FEATURE

// What a partner may: what this server carries out.
constexpr std::array<std::string_view, 4> kFeatures = {
    "FEATURE_LIVE_STREAM", "FEATURE_KALTURA_LIVE_STREAM", "FEATURE_DYNAMIC_SEGMENT_DURATION",
    "FEATURE_SERVER_NODE"};

Value partner_of(int64_t id) {
  Value partner = Value::of_type("KalturaPartner");
  partner["id"] = id;
  partner["name"] = "Partner " + std::to_string(id);
  partner["status"] = kActive;
  return partner;
}

ActionResult get_partner(const Call &call) {
  const int64_t id = call.has("id") ? call.integer("id") : call.caller.partner;
  const bool is_there = id > 0 && secrets_of(call.parts.secrets, id) &&
                        (call.caller.sees_all || call.caller.partner == id);
  if (!is_there) return make_api_error("INVALID_PARTNER_ID", {std::to_string(id)});
  return partner_of(id);
}

Value permission_of(size_t index, int64_t partner) {
  Value permission = Value::of_type("KalturaPermission");
  permission["id"] = static_cast<int64_t>(index + 1);
  permission["type"] = kFeature;
  permission["name"] = kFeatures[index];
  permission["status"] = kActive;
  permission["partnerId"] = partner;
  return permission;
}

ActionResult get_permission(const Call &call) {
  const std::string name = call.text("permissionName");
  const auto found = std::find(kFeatures.begin(), kFeatures.end(), name);
  if (found == kFeatures.end()) return make_api_error("INVALID_OBJECT_ID", {name.substr(0, 64)});
  return permission_of(static_cast<size_t>(found - kFeatures.begin()), call.caller.partner);
}

ActionResult list_permissions(const Call &call) {
  Value::Array permissions;
  for (size_t i = 0; i < kFeatures.size(); ++i) {
    permissions.push_back(permission_of(i, call.caller.partner));
  }
  return list_of("KalturaPermissionListResponse", std::move(permissions), kFeatures.size());
}

/// The newest of each kind about each object is kept: beacons come for as long as a server lives.
ActionResult add_beacon(const Call &call) {
  Value beacon = Value::of_type("KalturaBeacon");
  if (auto error = merge(beacon, *call.object("beacon"), Purpose::kAdd)) return *std::move(error);
  for (const char *field : {"relatedObjectType", "eventType", "objectId"}) {
    if (beacon.text_of(field).empty()) {
      return make_api_error("PROPERTY_VALIDATION_CANNOT_BE_NULL",
                            {std::string("KalturaBeacon::") + field});
    }
  }
  const std::string id = std::to_string(call.caller.partner) + "_" +
                         beacon.text_of("relatedObjectType") + "_" + beacon.text_of("objectId") +
                         "_" + beacon.text_of("eventType");
  beacon["id"] = id;
  beacon["partnerId"] = call.caller.partner;
  beacon["createdAt"] = call.now;
  beacon["updatedAt"] = call.now;
  if (auto done = put_object(call, kind::kBeacon, beacon); !done) {
    return store_error(done.error(), "INVALID_OBJECT_ID", id);
  }
  return Value(true);
}

ActionResult list_beacons(const Call &call) {
  return list_objects(call, kind::kBeacon, "KalturaBeaconFilter", "KalturaBeaconListResponse");
}

constexpr Parameter kPartner[] = {optional(integer_field("id"))};
constexpr Parameter kName[] = {required(text_field("permissionName"))};
constexpr Parameter kPermissions[] = {optional(object_field("filter", "KalturaPermissionFilter")),
                                      kPager};
constexpr Parameter kAddBeacon[] = {required(object_field("beacon", "KalturaBeacon")),
                                    optional(flag_field("shouldLog"), "false")};
constexpr Parameter kBeacons[] = {optional(object_field("filter", "KalturaBeaconFilter")), kPager};

constexpr std::array kActions = {
    Action{"partner", "get", Allowed::kAdmin, kPartner, "KalturaPartner", get_partner},
    Action{"partner", "getInfo", Allowed::kSession, {}, "KalturaPartner", get_partner},
    Action{"permission", "get", Allowed::kSession, kName, "KalturaPermission", get_permission},
    Action{"permission", "list", Allowed::kSession, kPermissions, "KalturaPermissionListResponse",
           list_permissions},
    Action{"beacon_beacon", "add", Allowed::kMediaServer, kAddBeacon, "bool", add_beacon},
    Action{"beacon_beacon", "list", Allowed::kMediaServer, kBeacons, "KalturaBeaconListResponse",
           list_beacons},
};

}  // namespace

std::span<const Action> account_actions() { return kActions; }

}  // namespace klive::app::api
