// SPDX-License-Identifier: LGPL-2.1-or-later
// Blocking on purpose: a verb has nothing else to do while it waits.
#include "cli/service.h"

#include <libsoup/soup.h>
#include <sys/random.h>

#include <array>
#include <ctime>
#include <filesystem>
#include <system_error>

#include "klive/ptr.h"

#include "cli/load_configuration.h"
#include "kaltura/value.h"

namespace klive::app {
namespace {

constexpr const char *kMachineRoot = "/var/lib/klive";
constexpr int64_t kSessionSeconds = 3600;
constexpr guint kTimeoutSeconds = 30;

std::string service_file(const std::string &root) { return root + "/run/service.json"; }

bool is_readable(const std::string &path) {
  std::error_code failed;
  return std::filesystem::exists(path, failed) && !failed;
}

/// How to reach a listener from this machine: the wildcard addresses cannot be connected to.
std::string reachable(const std::string &address) {
  if (address.empty() || address == "::" || address == "0.0.0.0") return "127.0.0.1";
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

base::Result<std::string> post(const std::string &url, const std::string &body) {
  const auto session = gst::Ptr<SoupSession>::take(soup_session_new_with_options(
      "timeout", kTimeoutSeconds, "proxy-resolver", nullptr, nullptr));
  const auto message = gst::Ptr<SoupMessage>::take(soup_message_new("POST", url.c_str()));
  if (!message) return base::fail(base::ErrorCode::kInvalid, "\"" + url + "\" is no URL");
  const auto bytes = gst::Ptr<GBytes>::take(g_bytes_new(body.data(), body.size()));
  soup_message_set_request_body_from_bytes(message.get(), "application/json", bytes.get());

  GError *failed = nullptr;
  const auto answer = gst::Ptr<GBytes>::take(
      soup_session_send_and_read(session.get(), message.get(), nullptr, &failed));
  if (!answer) {
    const gst::ErrorPtr error(failed);
    return base::fail(base::ErrorCode::kUnavailable, error->message);
  }
  if (const guint status = soup_message_get_status(message.get()); status != SOUP_STATUS_OK)
    return base::fail(base::ErrorCode::kUnavailable, "HTTP status " + std::to_string(status));
  gsize size = 0;
  const auto *data = static_cast<const char *>(g_bytes_get_data(answer.get(), &size));
  return std::string(data, size);
}

}  // namespace

void ServiceOptions::declare(Options &options) {
  options.text("root", root, "Data root of the service that is meant", "DIR");
  options.text("config", config, "Its configuration file", "FILE");
}

base::Result<std::string> ServiceOptions::data_root() const {
  if (!root.empty()) return root;
  auto loaded = load_configuration(config, {});
  if (!loaded) return base::fail(std::move(loaded).error());
  const std::string &own = loaded->server.root;
  if (!is_readable(service_file(own)) && is_readable(service_file(kMachineRoot)))
    return std::string(kMachineRoot);
  return own;
}

base::Error no_entries_here(const std::string &installation) {
  return {
      base::ErrorCode::kRefused,
      "this is a media server of " + installation +
          ", which has the entries and the sessions: use its API or its console, or when it is a "
          "klive, this command on its host"};
}

std::string installation_of(const std::string &root) {
  gchar *text = nullptr;
  gsize size = 0;
  if (!g_file_get_contents(service_file(root).c_str(), &text, &size, nullptr)) return {};
  const gst::CharPtr owned(text);
  const auto parsed = parse_json({text, size});
  JsonObject *object = parsed ? object_of(parsed->get()) : nullptr;
  return object ? text_of(object, "installation") : "";
}

base::Result<Service> find_service(const ServiceOptions &options) {
  auto root = options.data_root();
  if (!root) return base::fail(std::move(root).error());
  const std::string path = service_file(*root);

  gchar *text = nullptr;
  gsize size = 0;
  GError *failed = nullptr;
  if (!g_file_get_contents(path.c_str(), &text, &size, &failed)) {
    const gst::ErrorPtr error(failed);
    if (g_error_matches(error.get(), G_FILE_ERROR, G_FILE_ERROR_NOENT))
      return base::fail(base::ErrorCode::kUnavailable,
                        "no " + path +
                            ": the service is not running; start it with \"klive serve "
                            "--root " +
                            *root + "\", or name its folder with --root");
    return base::fail(base::ErrorCode::kIo, error->message);
  }
  const gst::CharPtr owned(text);
  auto parsed = parse_json({text, size});
  if (!parsed) return base::fail(std::move(parsed).error().wrap(path));
  JsonObject *object = object_of(parsed->get());
  if (const std::string installation = object ? text_of(object, "installation") : "";
      !installation.empty()) {
    return base::fail(no_entries_here(installation));
  }
  JsonObject *http = object ? object_of(object, "http") : nullptr;
  if (!http) return base::fail(base::ErrorCode::kInvalid, path + ": has no \"http\"");

  auto secrets = load_secrets(*root);
  if (!secrets) return base::fail(std::move(secrets).error());
  return Service{.root = *root,
                 .origin = "http://" + reachable(text_of(http, "address")) + ":" +
                           std::to_string(integer_of(http, "port")),
                 .secrets = *secrets};
}

namespace {

base::Result<std::string> ask_api(const Service &service, const char *api_service,
                                  const char *action, JsonObjectPtr parameters) {
  const std::string session =
      make_session(service.secrets, kaltura::KsType::kAdmin, kSessionSeconds);
  json_object_set_string_member(parameters.get(), "ks", session.c_str());
  json_object_set_int_member(parameters.get(), "format", 1);
  json_object_set_string_member(parameters.get(), "clientTag", "klive-cli");
  const JsonPtr request = to_node(std::move(parameters));

  auto answer = post(service.origin + "/api_v3/service/" + api_service + "/action/" + action,
                     to_text(request.get(), false));
  if (!answer)
    return base::fail(
        std::move(answer).error().wrap("the service at " + service.origin + " does not answer"));
  return answer;
}

base::Result<void> check_answer(const JsonPtr &answer) {
  JsonObject *object = object_of(answer.get());
  if (!object || text_of(object, "objectType") != "KalturaAPIException") return {};
  return base::fail(base::ErrorCode::kRefused,
                    text_of(object, "message") + " (" + text_of(object, "code") + ")");
}

}  // namespace

base::Result<JsonPtr> call_api(const Service &service, const char *api_service, const char *action,
                               JsonObjectPtr parameters) {
  const auto answer = ask_api(service, api_service, action, std::move(parameters));
  if (!answer) return base::fail(answer.error());
  auto result = parse_json(*answer);
  if (!result) return base::fail(std::move(result).error().wrap("the API's answer"));
  if (auto checked = check_answer(*result); !checked) return base::fail(checked.error());
  return result;
}

base::Result<std::string> call_api_for_file(const Service &service, const char *api_service,
                                            const char *action, JsonObjectPtr parameters) {
  auto answer = ask_api(service, api_service, action, std::move(parameters));
  if (!answer) return answer;
  const auto refusal = parse_json(*answer);
  if (!refusal) return answer;
  if (auto checked = check_answer(*refusal); !checked) return base::fail(checked.error());
  return answer;
}

base::Result<int64_t> find_profile_id(const Service &service, const std::string &profile) {
  if (const auto id = kaltura::Value(profile).integer()) return *id;
  auto answer = call_api(service, "conversionProfile", "list", JsonObjectPtr(json_object_new()));
  if (!answer) return base::fail(std::move(answer).error());
  JsonObject *list = object_of(answer->get());
  JsonNode *member = list ? json_object_get_member(list, "objects") : nullptr;
  JsonArray *objects =
      member && JSON_NODE_HOLDS_ARRAY(member) ? json_node_get_array(member) : nullptr;
  std::string names;
  for (guint i = 0; objects && i < json_array_get_length(objects); ++i) {
    JsonObject *each = object_of(json_array_get_element(objects, i));
    if (!each) continue;
    const std::string name = text_of(each, "systemName");
    if (name == profile) return integer_of(each, "id");
    if (!name.empty()) names.append(names.empty() ? "" : ", ").append(name);
  }
  return base::fail(base::ErrorCode::kInvalid, "no profile \"" + profile + "\"; there is " + names);
}

std::string make_session(const Secrets &secrets, kaltura::KsType type, int64_t seconds) {
  std::array<uint8_t, 16> random{};
  if (getentropy(random.data(), random.size()) != 0) std::abort();  // only fails for a bad pointer
  const bool is_admin = type == kaltura::KsType::kAdmin;
  return kaltura::make_ks_v2({.partner = secrets.partner_id,
                              .type = type,
                              .expiry = std::time(nullptr) + seconds,
                              .user = is_admin ? "admin" : "",
                              .privileges = is_admin ? "disableentitlement" : ""},
                             first_secret(is_admin ? secrets.admin_secret : secrets.user_secret),
                             random);
}

}  // namespace klive::app
