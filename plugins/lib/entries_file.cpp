// SPDX-License-Identifier: LGPL-2.1-or-later
// An Authenticator whose entries come from a JSON file. The file is read once and strictly: a
// member that nobody knows is a mistake, and the error names it.
#include <glib.h>
#include <json-glib/json-glib.h>

#include <initializer_list>
#include <map>
#include <string_view>

#include "kaltura/ks.h"
#include "klive/authenticator.h"
#include "klive/live_profiles.h"

namespace klive::gst {
namespace {

using base::ErrorCode;
using base::Result;

struct FileEntry {
  std::string token;
  std::string token_id;
  bool low_latency = false;
  std::vector<kaltura::IngestFlavor> flavors;
};
using Entries = std::map<std::string, FileEntry, std::less<>>;

class FileAuthenticator : public Authenticator {
 public:
  explicit FileAuthenticator(Entries entries) : entries_(std::move(entries)) {}

  Result<Grant> authenticate(const kaltura::PublishAddress &address, const std::string &) override {
    const auto found = entries_.find(address.entry);
    if (found == entries_.end())
      return base::fail(ErrorCode::kNotFound, "Entry id \"" + address.entry + "\" not found.");
    const FileEntry &entry = found->second;
    if (!kaltura::equal_in_constant_time(entry.token, address.token))
      return base::fail(ErrorCode::kRefused,
                        "Invalid token supplied for live entry [" + address.entry + "].");
    return Grant{address.entry, entry.token_id, entry.low_latency, entry.flavors};
  }

 private:
  const Entries entries_;
};

// The name of a token that may be logged and compared.
std::string token_id(const std::string &token) {
  CharPtr digest(g_compute_checksum_for_string(G_CHECKSUM_SHA256, token.c_str(), -1));
  return std::string(digest.get(), 8);
}

base::Failure wrong(const std::string &path, std::string_view what) {
  return base::fail(ErrorCode::kInvalid, path + ": " + std::string(what));
}

Result<void> only_members(JsonObject *object, const std::string &path,
                          std::initializer_list<std::string_view> known) {
  JsonObjectIter iter;
  json_object_iter_init(&iter, object);
  const gchar *name = nullptr;
  while (json_object_iter_next(&iter, &name, nullptr)) {
    bool is_known = false;
    for (std::string_view one : known) is_known = is_known || one == name;
    if (!is_known) return wrong(path + "." + name, "unknown member");
  }
  return {};
}

// The typed member, or nothing where it is absent, or an error where it has another type.
JsonNode *member(JsonObject *object, const char *name) {
  return json_object_has_member(object, name) ? json_object_get_member(object, name) : nullptr;
}
bool holds(JsonNode *node, GType type) {
  return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type;
}

Result<std::string> text_member(JsonObject *object, const std::string &path, const char *name) {
  JsonNode *node = member(object, name);
  if (!holds(node, G_TYPE_STRING) || !*json_node_get_string(node))
    return wrong(path + "." + name, "a text that is not empty is needed here");
  return std::string(json_node_get_string(node));
}

Result<bool> bool_member(JsonObject *object, const std::string &path, const char *name) {
  JsonNode *node = member(object, name);
  if (!node) return false;
  if (!holds(node, G_TYPE_BOOLEAN)) return wrong(path + "." + name, "true or false is needed here");
  return json_node_get_boolean(node) != FALSE;
}

Result<kaltura::IngestFlavor> read_flavor(JsonNode *node, const std::string &path) {
  if (!JSON_NODE_HOLDS_OBJECT(node)) return wrong(path, "an object is needed here");
  JsonObject *object = json_node_get_object(node);
  if (auto known = only_members(object, path, {"streamName", "id", "audioOnly", "language"});
      !known)
    return base::fail(std::move(known).error());
  kaltura::IngestFlavor flavor;
  auto name = text_member(object, path, "streamName");
  if (!name) return base::fail(std::move(name).error());
  flavor.stream_name = *std::move(name);
  JsonNode *id = member(object, "id");
  if (!holds(id, G_TYPE_INT64) || json_node_get_int(id) < 0 || json_node_get_int(id) > G_MAXINT32)
    return wrong(path + ".id", "a flavor-params id (a whole number from 0) is needed here");
  flavor.id = static_cast<uint32_t>(json_node_get_int(id));
  auto audio_only = bool_member(object, path, "audioOnly");
  if (!audio_only) return base::fail(std::move(audio_only).error());
  flavor.audio_only = *audio_only;
  if (member(object, "language")) {
    auto language = text_member(object, path, "language");
    if (!language) return base::fail(std::move(language).error());
    flavor.language = *std::move(language);
  }
  return flavor;
}

/// Those of the profile that entries have unless they say something else.
std::vector<kaltura::IngestFlavor> default_flavors() {
  const auto profile = shipped_profile("Passthrough_Live");
  return profile ? profile->ingest() : std::vector<kaltura::IngestFlavor>();
}

Result<void> read_entry(JsonNode *node, const std::string &path, Entries &entries) {
  if (!JSON_NODE_HOLDS_OBJECT(node)) return wrong(path, "an object is needed here");
  JsonObject *object = json_node_get_object(node);
  if (auto known = only_members(object, path, {"id", "token", "lowLatency", "flavors"}); !known)
    return known;
  auto id = text_member(object, path, "id");
  if (!id) return base::fail(std::move(id).error());
  if (!kaltura::is_entry_id(*id))
    return wrong(path + ".id", "an entry id like 1_abcd1234 is needed here, not \"" + *id + "\"");
  auto token = text_member(object, path, "token");
  if (!token) return base::fail(std::move(token).error());
  auto low_latency = bool_member(object, path, "lowLatency");
  if (!low_latency) return base::fail(std::move(low_latency).error());

  FileEntry entry{*token, token_id(*token), *low_latency, default_flavors()};
  if (JsonNode *flavors = member(object, "flavors")) {
    if (!JSON_NODE_HOLDS_ARRAY(flavors)) return wrong(path + ".flavors", "an array is needed here");
    JsonArray *array = json_node_get_array(flavors);
    entry.flavors.clear();
    for (guint i = 0; i < json_array_get_length(array); ++i) {
      auto flavor = read_flavor(json_array_get_element(array, i),
                                path + ".flavors[" + std::to_string(i) + "]");
      if (!flavor) return base::fail(std::move(flavor).error());
      entry.flavors.push_back(*std::move(flavor));
    }
  }
  if (!entries.try_emplace(*id, std::move(entry)).second)
    return wrong(path + ".id", "entry " + *id + " is there twice");
  return {};
}

}  // namespace

Result<std::shared_ptr<Authenticator>> authenticator_from_file(const std::string &path) {
  auto parser = Ptr<JsonParser>::take(json_parser_new_immutable());
  GError *raw_error = nullptr;
  if (!json_parser_load_from_file(parser.get(), path.c_str(), &raw_error)) {
    ErrorPtr error(raw_error);
    return base::fail(ErrorCode::kInvalid, path + ": " + error->message);
  }
  JsonNode *root = json_parser_get_root(parser.get());
  if (!root || !JSON_NODE_HOLDS_OBJECT(root)) return wrong(path, "an object is needed here");
  JsonObject *object = json_node_get_object(root);
  if (auto known = only_members(object, path + ": $", {"entries"}); !known)
    return base::fail(std::move(known).error());
  JsonNode *list = member(object, "entries");
  if (!list || !JSON_NODE_HOLDS_ARRAY(list))
    return wrong(path + ": $.entries", "an array of entries is needed here");
  Entries entries;
  JsonArray *array = json_node_get_array(list);
  for (guint i = 0; i < json_array_get_length(array); ++i) {
    auto read = read_entry(json_array_get_element(array, i),
                           path + ": $.entries[" + std::to_string(i) + "]", entries);
    if (!read) return base::fail(std::move(read).error());
  }
  return std::shared_ptr<Authenticator>(std::make_shared<FileAuthenticator>(std::move(entries)));
}

}  // namespace klive::gst
