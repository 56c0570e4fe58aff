// SPDX-License-Identifier: LGPL-2.1-or-later
// `klive ks`: a session for the API, made from ROOT/secrets.json; the service need not run.
#include <cstdio>

#include "cli/cli.h"
#include "cli/service.h"

namespace klive::app {

int ks_command(const Arguments &arguments) {
  constexpr int64_t kDay = 86400;
  ServiceOptions which;
  std::string type = "admin";
  std::optional<int64_t> expiry;
  bool json = false;
  Options options("ks", "Prints a session (KS) for calls of the API.");
  which.declare(options);
  options.text("type", type, "admin or user (admin)", "TYPE");
  options.number("expiry", expiry, 1, 10 * 365 * kDay, "Seconds that it is valid for (a day)",
                 "SECONDS");
  options.flag("json", json, "Print a JSON object");
  if (!options.parse(arguments, 0, 0)) return options.status();
  if (type != "admin" && type != "user") {
    complain("--type is admin or user, not \"" + type + "\"");
    return kExitMisused;
  }

  const auto root = which.data_root();
  if (!root) {
    complain(root.error().message);
    return kExitFailed;
  }
  if (const std::string installation = installation_of(*root); !installation.empty()) {
    complain(no_entries_here(installation).message);
    return kExitFailed;
  }
  const auto secrets = load_secrets(*root);
  if (!secrets) {
    complain(secrets.error().message);
    return kExitFailed;
  }
  const std::string ks =
      make_session(*secrets, type == "admin" ? kaltura::KsType::kAdmin : kaltura::KsType::kUser,
                   expiry.value_or(kDay));
  if (!json) {
    std::puts(ks.c_str());
    return kExitDone;
  }
  JsonObjectPtr object(json_object_new());
  json_object_set_string_member(object.get(), "ks", ks.c_str());
  json_object_set_int_member(object.get(), "partnerId", secrets->partner_id);
  std::puts(to_text(to_node(std::move(object)).get(), true).c_str());
  return kExitDone;
}

}  // namespace klive::app
