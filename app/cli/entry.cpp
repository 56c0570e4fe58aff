// SPDX-License-Identifier: LGPL-2.1-or-later
// `klive entry VERB`: the entries of a running service, over its API.
#include <cstdio>
#include <string_view>

#include "cli/cli.h"
#include "cli/entry_fields.h"
#include "cli/service.h"

namespace klive::app {
namespace {

int failed(const base::Error &error) {
  complain(error.message);
  return kExitFailed;
}

void print_json(JsonNode *node) { std::puts(to_text(node, true).c_str()); }

void print_line(const char *label, const std::string &value) {
  if (!value.empty()) std::printf("%-12s %s\n", label, value.c_str());
}

/// Everything that an operator needs to publish and to watch.
void print_entry(const Service &service, JsonObject *entry) {
  const std::string id = text_of(entry, "id");
  print_line("id", id);
  print_line("name", text_of(entry, "name"));
  print_line("description", text_of(entry, "description"));
  print_line("admin tags", text_of(entry, "adminTags"));
  const std::string window =
      integer_of(entry, "dvrStatus") ? text_of(entry, "dvrWindow") + " minutes" : "off";
  print_line("DVR", window);
  print_line("segments", text_of(entry, "segmentDuration") + " ms");
  print_line("on air", integer_of(entry, "liveStatus") ? "yes" : "no");
  print_line("publish", text_of(entry, "primaryBroadcastingUrl"));
  print_line("backup", text_of(entry, "secondaryBroadcastingUrl"));
  print_line("stream name", text_of(entry, "streamName"));
  print_line("page", service.origin + "/watch/" + id);
}

JsonObjectPtr parameters_for(const std::string &id) {
  JsonObjectPtr parameters(json_object_new());
  json_object_set_string_member(parameters.get(), "entryId", id.c_str());
  return parameters;
}

/// Calls an action whose answer is an entry, and prints that.
int call_and_print(const ServiceOptions &which, const char *action, JsonObjectPtr parameters,
                   bool json) {
  const auto service = find_service(which);
  if (!service) return failed(service.error());
  const auto answer = call_api(*service, "liveStream", action, std::move(parameters));
  if (!answer) return failed(answer.error());
  JsonObject *entry = object_of(answer->get());
  if (json || !entry)
    print_json(answer->get());
  else
    print_entry(*service, entry);
  return kExitDone;
}

/// The entry as it is sent: with the id of its profile, which only the service knows by name.
base::Result<JsonObjectPtr> entry_object(const ServiceOptions &which, const EntryFields &fields) {
  auto object = fields.to_object();
  if (!object || !fields.profile) return object;
  const auto service = find_service(which);
  if (!service) return base::fail(service.error());
  const auto id = find_profile_id(*service, *fields.profile);
  if (!id) return base::fail(id.error());
  json_object_set_int_member(object->get(), "conversionProfileId", *id);
  return object;
}

/// An option that no entry can have was misused; the service's own trouble is a failure.
int object_failed(const base::Error &error) {
  complain(error.message);
  return error.code == base::ErrorCode::kInvalid ? kExitMisused : kExitFailed;
}

int add(const Arguments &arguments) {
  ServiceOptions which;
  EntryFields fields;
  bool json = false;
  Options options("entry add", "Makes an entry and prints where to publish and to watch.");
  which.declare(options);
  fields.declare(options, true);
  options.flag("json", json, "Print the API's object");
  if (!options.parse(arguments, 0, 0)) return options.status();
  if (!fields.name) {
    complain("an entry needs --name");
    return kExitMisused;
  }
  auto entry = entry_object(which, fields);
  if (!entry) return object_failed(entry.error());
  JsonObjectPtr parameters(json_object_new());
  json_object_set_object_member(parameters.get(), "liveStreamEntry",
                                std::move(entry).value().release());
  return call_and_print(which, "add", std::move(parameters), json);
}

int update(const Arguments &arguments) {
  ServiceOptions which;
  EntryFields fields;
  bool json = false;
  Options options("entry update", "Changes what is given, leaves the rest.", "ID");
  which.declare(options);
  fields.declare(options, false);
  options.flag("json", json, "Print the API's object");
  const auto operands = options.parse(arguments, 1, 1);
  if (!operands) return options.status();
  auto entry = entry_object(which, fields);
  if (!entry) return object_failed(entry.error());
  JsonObjectPtr parameters = parameters_for(operands->front());
  json_object_set_object_member(parameters.get(), "liveStreamEntry",
                                std::move(entry).value().release());
  return call_and_print(which, "update", std::move(parameters), json);
}

int list(const Arguments &arguments) {
  ServiceOptions which;
  bool json = false;
  std::optional<int64_t> limit;
  Options options("entry list", "Lists entries, the newest first.");
  which.declare(options);
  options.number("limit", limit, 1, 500, "At most so many (500)", "N");
  options.flag("json", json, "Print the API's object");
  if (!options.parse(arguments, 0, 0)) return options.status();
  const auto service = find_service(which);
  if (!service) return failed(service.error());

  JsonObjectPtr parameters(json_object_new());
  JsonObject *pager = json_object_new();
  json_object_set_string_member(pager, "objectType", "KalturaFilterPager");
  json_object_set_int_member(pager, "pageSize", limit.value_or(500));
  json_object_set_object_member(parameters.get(), "pager", pager);
  const auto answer = call_api(*service, "liveStream", "list", std::move(parameters));
  if (!answer) return failed(answer.error());
  JsonObject *page = object_of(answer->get());
  if (json || !page) {
    print_json(answer->get());
    return kExitDone;
  }
  JsonNode *objects = json_object_get_member(page, "objects");
  if (!objects || !JSON_NODE_HOLDS_ARRAY(objects)) return kExitDone;
  JsonArray *entries = json_node_get_array(objects);
  for (guint i = 0; i < json_array_get_length(entries); ++i)
    if (JsonObject *entry = object_of(json_array_get_element(entries, i)))
      std::printf("%s  %-7s  %s\n", text_of(entry, "id").c_str(),
                  integer_of(entry, "liveStatus") ? "on air" : "-", text_of(entry, "name").c_str());
  return kExitDone;
}

int show(const Arguments &arguments) {
  ServiceOptions which;
  bool json = false;
  Options options("entry show", "Prints an entry.", "ID");
  which.declare(options);
  options.flag("json", json, "Print the API's object");
  const auto operands = options.parse(arguments, 1, 1);
  if (!operands) return options.status();
  return call_and_print(which, "get", parameters_for(operands->front()), json);
}

int renew_token(const Arguments &arguments) {
  ServiceOptions which;
  bool json = false;
  Options options("entry token",
                  "Makes a new token. The old one is refused from then on, and a publication that "
                  "used it is disconnected.",
                  "ID");
  which.declare(options);
  options.flag("json", json, "Print the API's object");
  const auto operands = options.parse(arguments, 1, 1);
  if (!operands) return options.status();
  return call_and_print(which, "regenerateStreamToken", parameters_for(operands->front()), json);
}

int export_settings(const Arguments &arguments) {
  ServiceOptions which;
  std::string encoder = "fmle";
  Options options("entry export",
                  "Prints what to put into an encoder: a profile for Flash Media Live Encoder, or "
                  "settings for OBS, ffmpeg, Larix or vMix.",
                  "ID");
  which.declare(options);
  options.text("for", encoder, "fmle (the default), obs, ffmpeg, larix or vmix", "ENCODER");
  const auto operands = options.parse(arguments, 1, 1);
  if (!operands) return options.status();
  const auto service = find_service(which);
  if (!service) return failed(service.error());
  JsonObjectPtr parameters = parameters_for(operands->front());
  json_object_set_string_member(parameters.get(), "encoder", encoder.c_str());
  const auto text = call_api_for_file(*service, "klive_encoder", "serve", std::move(parameters));
  if (!text) return failed(text.error());
  std::fputs(text->c_str(), stdout);
  return kExitDone;
}

int remove(const Arguments &arguments) {
  ServiceOptions which;
  Options options("entry delete", "Deletes an entry and its window.", "ID");
  which.declare(options);
  const auto operands = options.parse(arguments, 1, 1);
  if (!operands) return options.status();
  const auto service = find_service(which);
  if (!service) return failed(service.error());
  const auto answer = call_api(*service, "liveStream", "delete", parameters_for(operands->front()));
  return answer ? kExitDone : failed(answer.error());
}

struct EntryVerb {
  std::string_view name;
  const char *summary;
  int (*run)(const Arguments &arguments);
};
constexpr EntryVerb kEntryVerbs[] = {
    {"add", "make an entry", add},
    {"list", "list entries", list},
    {"show", "print an entry", show},
    {"update", "change an entry", update},
    {"delete", "delete an entry", remove},
    {"token", "make a new token for an entry", renew_token},
    {"export", "print the settings of an encoder", export_settings},
};

void print_help(FILE *to) {
  std::fputs("Usage: klive entry VERB [OPTION…] [ID]\n\nVerbs\n", to);
  for (const EntryVerb &verb : kEntryVerbs)
    std::fprintf(to, "  %-8s %s\n", std::string(verb.name).c_str(), verb.summary);
  std::fputs("\n\"klive entry VERB --help\" describes a verb.\n", to);
}

}  // namespace

int entry_command(const Arguments &arguments) {
  if (arguments.empty()) {
    print_help(stderr);
    return kExitMisused;
  }
  const std::string &name = arguments.front();
  if (name == "--help" || name == "-h") {
    print_help(stdout);
    return kExitDone;
  }
  for (const EntryVerb &verb : kEntryVerbs)
    if (verb.name == name) return verb.run({arguments.begin() + 1, arguments.end()});
  complain("no verb \"entry " + name + "\"; \"klive entry --help\" lists them");
  return kExitMisused;
}

}  // namespace klive::app
