// SPDX-License-Identifier: LGPL-2.1-or-later
// API requests: path, query, form and JSON body → one Request.
//
// Precedence as Kaltura has it: pairs in the path over the body, the body over the query.
#include "kaltura/request.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>
#include <vector>

#include "json_check.h"
#include "percent.h"

namespace klive::kaltura {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

struct JsonObjectUnref {
  void operator()(JsonObject *object) const { json_object_unref(object); }
};
using ObjectPtr = std::unique_ptr<JsonObject, JsonObjectUnref>;

struct GObjectUnref {
  void operator()(void *object) const { g_object_unref(object); }
};

constexpr const char *kEmptyArray = "-";  // "streams:-=" says: an array with nothing in it

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), g_ascii_tolower);
  return out;
}

/// A decoded name or value, or a refusal: what is no text never reaches JSON.
Result<std::string> decode_text(std::string_view raw, Plus plus) {
  auto text = percent_decode(raw, plus);
  if (!text) {
    return fail(ErrorCode::kInvalid, "a '%' without two hexadecimal digits behind it");
  }
  if (!g_utf8_validate_len(text->data(), text->size(), nullptr)) {
    return fail(ErrorCode::kInvalid, "a parameter is not UTF-8 text");
  }
  return *std::move(text);
}

/// Builds the parameters out of fields.
class Parameters {
 public:
  explicit Parameters(const RequestLimits &limits) : limits_(limits), root_(json_object_new()) {}

  /// "filter:idIn" = "…"
  Result<void> set(const std::string &name, const std::string &value) {
    if (++members_ > limits_.members) {
      return fail(ErrorCode::kTooLarge,
                  "more than " + std::to_string(limits_.members) + " parameters");
    }
    JsonObject *object = root_.get();
    std::string_view rest = name;
    for (size_t depth = 1;; ++depth) {
      if (depth > limits_.depth) {
        return fail(ErrorCode::kTooLarge,
                    "a parameter nests deeper than " + std::to_string(limits_.depth) + " levels");
      }
      const size_t colon = rest.find(':');
      const std::string part(rest.substr(0, colon));
      if (part.empty()) return fail(ErrorCode::kInvalid, "a parameter has an empty name");
      if (colon == std::string_view::npos) {
        json_object_set_string_member(object, part.c_str(), value.c_str());
        return {};
      }
      rest.remove_prefix(colon + 1);
      JsonNode *node = json_object_get_member(object, part.c_str());
      if (node == nullptr) {
        if (++members_ > limits_.members) {
          return fail(ErrorCode::kTooLarge,
                      "more than " + std::to_string(limits_.members) + " parameters");
        }
        json_object_set_object_member(object, part.c_str(), json_object_new());
        node = json_object_get_member(object, part.c_str());
      }
      if (!JSON_NODE_HOLDS_OBJECT(node)) {
        return fail(ErrorCode::kInvalid, "parameter " + part + " is given twice, once as a value");
      }
      object = json_node_get_object(node);
    }
  }

  Result<void> set_fields(std::string_view form) {
    while (!form.empty()) {
      const size_t ampersand = form.find('&');
      const std::string_view field = form.substr(0, ampersand);
      form.remove_prefix(ampersand == std::string_view::npos ? form.size() : ampersand + 1);
      if (field.empty()) continue;
      const size_t equals = field.find('=');
      const auto name = decode_text(field.substr(0, equals), Plus::kIsSpace);
      if (!name) return fail(name.error());
      const auto value = decode_text(
          equals == std::string_view::npos ? std::string_view() : field.substr(equals + 1),
          Plus::kIsSpace);
      if (!value) return fail(value.error());
      if (auto done = set(*name, *value); !done) return done;
    }
    return {};
  }

  Result<void> set_json(std::string_view text) {
    if (auto checked = check_json(text, {limits_.depth, limits_.members}); !checked) return checked;
    const std::unique_ptr<JsonParser, GObjectUnref> parser(json_parser_new());
    if (!json_parser_load_from_data(parser.get(), text.data(), static_cast<gssize>(text.size()),
                                    nullptr)) {
      return fail(ErrorCode::kInvalid, "the body is not JSON");
    }
    JsonNode *top = json_parser_get_root(parser.get());
    if (top == nullptr || !JSON_NODE_HOLDS_OBJECT(top)) {
      return fail(ErrorCode::kInvalid, "the body must be one JSON object");
    }
    JsonObjectIter iter;
    json_object_iter_init(&iter, json_node_get_object(top));
    const char *name = nullptr;
    JsonNode *member = nullptr;
    while (json_object_iter_next(&iter, &name, &member)) {
      json_object_set_member(root_.get(), name, json_node_copy(member));
    }
    return {};
  }

  /// Forms write arrays as objects of numbered members; done once all fields are there.
  void make_arrays() { make_arrays_below(root_.get()); }

  [[nodiscard]] JsonObject *root() const { return root_.get(); }
  [[nodiscard]] JsonObject *release() { return root_.release(); }

 private:
  // The depth is bounded: set() and check_json() counted it.
  static void make_arrays_below(JsonObject *object) {
    const std::unique_ptr<GList, decltype(&g_list_free)> names(json_object_get_members(object),
                                                               &g_list_free);
    for (GList *at = names.get(); at != nullptr; at = at->next) {
      const auto *name = static_cast<const char *>(at->data);
      JsonNode *member = json_object_get_member(object, name);
      if (!JSON_NODE_HOLDS_OBJECT(member)) continue;
      JsonObject *child = json_node_get_object(member);
      make_arrays_below(child);
      JsonArray *array = array_of(child);
      // The name is the object's own key, which setting the member frees.
      if (array != nullptr) json_object_set_array_member(object, std::string(name).c_str(), array);
    }
  }

  /// The array that an object of members 0, 1, 2, … stands for; null when it is no such object.
  static JsonArray *array_of(JsonObject *object) {
    const guint size = json_object_get_size(object);
    if (size == 1 && json_object_has_member(object, kEmptyArray)) return json_array_new();
    std::vector<JsonNode *> items;
    for (guint i = 0; i < size; ++i) {
      JsonNode *item = json_object_get_member(object, std::to_string(i).c_str());
      if (item == nullptr) return nullptr;
      items.push_back(item);
    }
    if (items.empty()) return nullptr;
    JsonArray *array = json_array_new();
    for (JsonNode *item : items) json_array_add_element(array, json_node_copy(item));
    return array;
  }

  const RequestLimits &limits_;
  ObjectPtr root_;
  size_t members_ = 0;
};

/// "/api_v3/service/S/action/A/key/value…"
Result<void> set_path(Parameters &parameters, std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (part.empty()) continue;
    auto text = decode_text(part, Plus::kIsPlus);
    if (!text) return fail(text.error());
    parts.push_back(*std::move(text));
  }
  size_t at = 0;
  if (at < parts.size() && (parts[at] == "api_v3" || parts[at] == "api")) ++at;
  if (at < parts.size() && parts[at] == "index.php") ++at;
  for (; at + 1 < parts.size(); at += 2) {
    if (auto done = parameters.set(parts[at], parts[at + 1]); !done) return done;
  }
  return {};
}

std::string take_text(JsonObject *object, const char *name) {
  std::string value = member_text(object, name).value_or("");
  json_object_remove_member(object, name);
  return value;
}

Result<void> set_body(Parameters &parameters, std::string_view content_type,
                      std::string_view body) {
  const std::string type = lower(content_type.substr(0, content_type.find(';')));
  const bool is_json = type.starts_with("application/json");
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return {};
  if (is_json) return parameters.set_json(body);
  if (type.empty() || type.starts_with("application/x-www-form-urlencoded")) {
    return parameters.set_fields(body);
  }
  return fail(ErrorCode::kInvalid,
              "the body is neither application/json nor application/x-www-form-urlencoded");
}

}  // namespace

Request::Request(Request &&other) noexcept { *this = std::move(other); }

Request &Request::operator=(Request &&other) noexcept {
  if (this == &other) return *this;
  service = std::move(other.service);
  action = std::move(other.action);
  ks = std::move(other.ks);
  format = other.format;
  partner = other.partner;
  std::swap(parameters, other.parameters);
  return *this;
}

Request::~Request() {
  if (parameters != nullptr) json_object_unref(parameters);
}

std::optional<std::string> Request::text(std::string_view name) const {
  return member_text(parameters, std::string(name).c_str());
}

std::optional<int64_t> Request::integer(std::string_view name) const {
  return member_integer(parameters, std::string(name).c_str());
}

JsonObject *Request::object(std::string_view name) const {
  if (parameters == nullptr) return nullptr;
  JsonNode *node = json_object_get_member(parameters, std::string(name).c_str());
  if (node == nullptr || !JSON_NODE_HOLDS_OBJECT(node)) return nullptr;
  return json_node_get_object(node);
}

Result<Request> parse_request(std::string_view path, std::string_view query,
                              std::string_view content_type, std::string_view body,
                              const RequestLimits &limits) {
  if (body.size() > limits.body_size || path.size() + query.size() > limits.body_size) {
    return fail(ErrorCode::kTooLarge,
                "the request is larger than " + std::to_string(limits.body_size) + " bytes");
  }
  Parameters parameters(limits);
  if (auto done = parameters.set_fields(query); !done) return fail(done.error());
  if (auto done = set_body(parameters, content_type, body); !done) return fail(done.error());
  if (auto done = set_path(parameters, path); !done) return fail(done.error());
  parameters.make_arrays();

  Request request;
  JsonObject *root = parameters.root();
  request.service = lower(take_text(root, "service"));
  request.action = lower(take_text(root, "action"));
  request.ks = take_text(root, "ks");
  if (json_object_has_member(root, "format")) {
    const auto format = member_integer(root, "format");
    if (!format || (*format != 1 && *format != 2 && *format != 9)) {
      return fail(ErrorCode::kInvalid, "format must be 1 (JSON), 2 (XML) or 9 (JSONP)");
    }
    request.format = static_cast<int>(*format);
    json_object_remove_member(root, "format");
  }
  request.partner = member_integer(root, "partnerId");
  if (!request.partner) request.partner = member_integer(root, "p");
  request.parameters = parameters.release();
  return request;
}

std::optional<std::string> member_text(JsonObject *object, const char *name) {
  JsonNode *node = object == nullptr ? nullptr : json_object_get_member(object, name);
  if (node == nullptr || !JSON_NODE_HOLDS_VALUE(node)) return std::nullopt;
  switch (json_node_get_value_type(node)) {
    case G_TYPE_STRING:
      return json_node_get_string(node);
    case G_TYPE_BOOLEAN:
      return json_node_get_boolean(node) ? "1" : "0";
    case G_TYPE_INT64:
      return std::to_string(json_node_get_int(node));
    default:
      break;
  }
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  return g_ascii_dtostr(text, sizeof text, json_node_get_double(node));
}

std::optional<int64_t> member_integer(JsonObject *object, const char *name) {
  const auto text = member_text(object, name);
  if (!text) return std::nullopt;
  if (*text == "true") return 1;
  if (*text == "false") return 0;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return value;
}

}  // namespace klive::kaltura
