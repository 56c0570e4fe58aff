// SPDX-License-Identifier: LGPL-2.1-or-later
// Reading, resolving and writing pipeline descriptions.
#include "worker/description.h"

#include <charconv>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>

#include <json-glib/json-glib.h>

#include "klive/ptr.h"

namespace klive::app {
namespace {

constexpr size_t kMaxText = 256 * 1024;
constexpr int kMaxDepth = 16;  // of JSON nesting; json-glib recurses
constexpr int kMaxExtends = 8;

struct NodeFree {
  void operator()(JsonNode *node) const { json_node_unref(node); }
};
using NodePtr = std::unique_ptr<JsonNode, NodeFree>;

/// Collects mistakes so that all of them are told at once.
class Mistakes {
 public:
  explicit Mistakes(std::string file) : file_(std::move(file)) {}
  void add(const std::string &path, const std::string &what) {
    if (!text_.empty()) text_ += "\n";
    text_ += file_ + ": " + (path.empty() ? "$" : path) + ": " + what;
  }
  [[nodiscard]] bool any() const { return !text_.empty(); }
  [[nodiscard]] base::Failure failure() const {
    return base::fail(base::ErrorCode::kInvalid, text_);
  }

 private:
  std::string file_, text_;
};

base::Result<void> check_shape(std::string_view text, const std::string &origin) {
  if (text.size() > kMaxText) {
    return base::fail(base::ErrorCode::kTooLarge, origin + ": larger than 256 KiB");
  }
  int depth = 0;
  bool in_string = false, has_root = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (depth == 0 && !g_ascii_isspace(c) && (c != '{' || has_root)) {
      // The parser would take, and lose, one value after the other.
      return base::fail(base::ErrorCode::kInvalid,
                        origin + (has_root ? ": $: something stands behind the object"
                                           : ": $: an object was needed"));
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      has_root = true;
      if (++depth > kMaxDepth) {
        return base::fail(base::ErrorCode::kInvalid, origin + ": nested more than 16 levels deep");
      }
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return {};
}

base::Result<NodePtr> parse_json(std::string_view text, const std::string &origin) {
  if (text.empty()) return base::fail(base::ErrorCode::kInvalid, origin + ": is empty");
  if (auto ok = check_shape(text, origin); !ok) return base::fail(ok.error());
  const auto parser = gst::Ptr<JsonParser>::take(json_parser_new_immutable());
  GError *raw = nullptr;
  if (!json_parser_load_from_data(parser.get(), text.data(), static_cast<gssize>(text.size()),
                                  &raw)) {
    const gst::ErrorPtr error(raw);
    return base::fail(base::ErrorCode::kInvalid, origin + ": " + error->message);
  }
  JsonNode *root = json_parser_get_root(parser.get());
  if (!root || !JSON_NODE_HOLDS_OBJECT(root)) {
    return base::fail(base::ErrorCode::kInvalid, origin + ": $: an object was needed");
  }
  return NodePtr(json_node_copy(root));
}

/// RFC 7396: members of `patch` replace those of `target`, objects merge, null removes.
NodePtr merge_patch(JsonNode *target, JsonNode *patch) {
  if (!JSON_NODE_HOLDS_OBJECT(patch)) return NodePtr(json_node_copy(patch));
  JsonObject *merged = json_object_new();
  if (target && JSON_NODE_HOLDS_OBJECT(target)) {
    JsonObjectIter iter;
    const char *name = nullptr;
    JsonNode *value = nullptr;
    json_object_iter_init(&iter, json_node_get_object(target));
    while (json_object_iter_next(&iter, &name, &value)) {
      json_object_set_member(merged, name, json_node_copy(value));
    }
  }
  JsonObjectIter iter;
  const char *name = nullptr;
  JsonNode *value = nullptr;
  json_object_iter_init(&iter, json_node_get_object(patch));
  while (json_object_iter_next(&iter, &name, &value)) {
    if (JSON_NODE_HOLDS_NULL(value)) {
      json_object_remove_member(merged, name);
    } else {
      json_object_set_member(merged, name,
                             merge_patch(json_object_get_member(merged, name), value).release());
    }
  }
  JsonNode *node = json_node_alloc();
  json_node_init_object(node, merged);
  json_object_unref(merged);
  return NodePtr(node);
}

base::Result<NodePtr> load_merged(const std::string &path, int depth) {
  if (depth > kMaxExtends) {
    return base::fail(base::ErrorCode::kInvalid, path + ": extends itself, or more than 8 files");
  }
  gchar *contents = nullptr;
  gsize size = 0;
  GError *raw = nullptr;
  if (!g_file_get_contents(path.c_str(), &contents, &size, &raw)) {
    const gst::ErrorPtr error(raw);
    return base::fail(base::ErrorCode::kNotFound, error->message);
  }
  const gst::CharPtr owned(contents);
  auto node = parse_json({contents, size}, path);
  if (!node) return node;
  JsonObject *object = json_node_get_object(node->get());
  if (!json_object_has_member(object, "extends")) return node;
  JsonNode *extends = json_object_get_member(object, "extends");
  const char *parent = JSON_NODE_HOLDS_VALUE(extends) ? json_node_get_string(extends) : nullptr;
  const std::string parent_name = parent ? parent : "";
  if (parent_name.empty() || parent_name.find('/') != std::string::npos) {
    return base::fail(base::ErrorCode::kInvalid,
                      path + ": $.extends: the name of a file in the same folder was needed");
  }
  auto base_node =
      load_merged(std::filesystem::path(path).replace_filename(parent_name).string(), depth + 1);
  if (!base_node) return base::fail(std::move(base_node.error()).wrap(path + ": $.extends"));
  NodePtr merged = merge_patch(base_node->get(), node->get());
  json_object_remove_member(json_node_get_object(merged.get()), "extends");
  return merged;
}

/// Walks objects strictly: every member is either asked for or a mistake.
class Reader {
 public:
  Reader(JsonObject *object, std::string path, Mistakes &mistakes)
      : object_(object), path_(std::move(path)), mistakes_(mistakes) {}
  ~Reader() {
    JsonObjectIter iter;
    const char *name = nullptr;
    JsonNode *value = nullptr;
    json_object_iter_init(&iter, object_);
    while (json_object_iter_next(&iter, &name, &value)) {
      if (!known_.count(name)) mistakes_.add(path_ + "." + name, "unknown key");
    }
  }
  Reader(const Reader &) = delete;
  Reader &operator=(const Reader &) = delete;

  std::string text(const char *name, bool required) {
    JsonNode *node = member(name, required);
    if (!node) return {};
    if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING) {
      mistakes_.add(path_ + "." + name, "a string was needed");
      return {};
    }
    return json_node_get_string(node);
  }
  JsonObject *object(const char *name, bool required) {
    JsonNode *node = member(name, required);
    if (!node) return nullptr;
    if (!JSON_NODE_HOLDS_OBJECT(node)) {
      mistakes_.add(path_ + "." + name, "an object was needed");
      return nullptr;
    }
    return json_node_get_object(node);
  }

 private:
  JsonNode *member(const char *name, bool required) {
    known_.insert(name);
    JsonNode *node = json_object_get_member(object_, name);
    if (!node && required) mistakes_.add(path_ + "." + name, "is missing");
    return node;
  }

  JsonObject *object_;
  std::string path_;
  Mistakes &mistakes_;
  std::set<std::string, std::less<>> known_;
};

template <typename Visit>
void for_each_member(JsonObject *object, Visit visit) {
  JsonObjectIter iter;
  const char *name = nullptr;
  JsonNode *value = nullptr;
  json_object_iter_init(&iter, object);
  while (json_object_iter_next(&iter, &name, &value)) visit(std::string(name), value);
}

std::string scalar_text(JsonNode *value) {
  const GType type = json_node_get_value_type(value);
  if (type == G_TYPE_STRING) return json_node_get_string(value);
  if (type == G_TYPE_BOOLEAN) return json_node_get_boolean(value) ? "true" : "false";
  if (type == G_TYPE_INT64) return std::to_string(json_node_get_int(value));
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  return g_ascii_dtostr(text, sizeof text, json_node_get_double(value));
}

void read_set(JsonObject *set, const std::string &path, Mistakes &mistakes, Stage &stage) {
  for_each_member(set, [&](const std::string &name, JsonNode *value) {
    const size_t dot = name.find('.');
    if (dot == 0 || dot == std::string::npos || dot + 1 == name.size()) {
      mistakes.add(path + "." + name, "\"<element name>.<property>\" was needed as the key");
    } else if (!JSON_NODE_HOLDS_VALUE(value)) {
      mistakes.add(path + "." + name, "a string, number or boolean was needed");
    } else {
      stage.set.emplace_back(name, scalar_text(value));
    }
  });
}

void read_stage(Reader &reader, const std::string &path, Mistakes &mistakes, Stage &stage) {
  stage.bin = reader.text("bin", true);
  if (stage.bin.find("${") != std::string::npos) {
    mistakes.add(path + ".bin", "holds ${…}; values are set on named elements, with \"set\"");
  }
  if (JsonObject *set = reader.object("set", false)) read_set(set, path + ".set", mistakes, stage);
}

void read_flavors(JsonObject *flavors, Mistakes &mistakes, Description &description) {
  for_each_member(flavors, [&](const std::string &name, JsonNode *value) {
    const std::string path = "$.flavors." + name;
    if (!JSON_NODE_HOLDS_OBJECT(value)) {
      mistakes.add(path, "an object was needed");
      return;
    }
    Reader reader(json_node_get_object(value), path, mistakes);
    FlavorPlan plan{.video = reader.text("video", true), .audio = reader.text("audio", true)};
    for (const std::string *kind : {&plan.video, &plan.audio}) {
      if (!kind->empty() && *kind != "copy") {
        mistakes.add(path, "\"" + *kind + "\" is not known; \"copy\" passes the track through");
      }
    }
    description.flavors.emplace(name, std::move(plan));
  });
}

base::Result<Description> read_description(JsonNode *root, const std::string &origin) {
  Mistakes mistakes(origin);
  Description description;
  {
    Reader reader(json_node_get_object(root), "$", mistakes);
    description.description = reader.text("description", false);
    for (const auto &[key, stage] :
         {std::pair{"source", &description.source}, std::pair{"package", &description.package}}) {
      if (JsonObject *object = reader.object(key, true)) {
        Reader stage_reader(object, std::string("$.") + key, mistakes);
        read_stage(stage_reader, std::string("$.") + key, mistakes, *stage);
      }
    }
    if (JsonObject *flavors = reader.object("flavors", true)) {
      read_flavors(flavors, mistakes, description);
    }
    if (JsonObject *outputs = reader.object("outputs", true)) {
      for_each_member(outputs, [&](const std::string &name, JsonNode *value) {
        const std::string path = "$.outputs." + name;
        if (!JSON_NODE_HOLDS_OBJECT(value)) {
          mistakes.add(path, "an object was needed");
          return;
        }
        Reader output_reader(json_node_get_object(value), path, mistakes);
        Output output;
        output.when = output_reader.text("when", false);
        read_stage(output_reader, path, mistakes, output.stage);
        description.outputs.emplace(name, std::move(output));
      });
      if (description.outputs.empty()) mistakes.add("$.outputs", "at least one output was needed");
    }
  }
  if (mistakes.any()) return mistakes.failure();
  return description;
}

base::Result<std::string> fill_in(const std::string &text, const Variables &variables) {
  std::string out;
  size_t at = 0;
  while (true) {
    const size_t open = text.find("${", at);
    if (open == std::string::npos) return out + text.substr(at);
    const size_t close = text.find('}', open);
    if (close == std::string::npos) {
      return base::fail(base::ErrorCode::kInvalid, "\"" + text + "\": ${ without }");
    }
    const std::string name = text.substr(open + 2, close - open - 2);
    const auto found = variables.find(name);
    if (found == variables.end()) {
      std::string known;
      for (const auto &[key, value] : variables) known += (known.empty() ? "" : ", ") + key;
      return base::fail(base::ErrorCode::kInvalid,
                        "${" + name + "} is not known; there are " + known);
    }
    out += text.substr(at, open - at) + found->second;
    at = close + 1;
  }
}

base::Result<Stage> resolve_stage(const Stage &stage, const std::string &path,
                                  const Variables &variables) {
  Stage resolved{.bin = stage.bin, .set = {}};
  for (const auto &[name, value] : stage.set) {
    auto filled = fill_in(value, variables);
    if (!filled) return base::fail(std::move(filled.error()).wrap(path + ".set." + name));
    resolved.set.emplace_back(name, std::move(*filled));
  }
  return resolved;
}

void write_stage(JsonBuilder *builder, const Stage &stage) {
  json_builder_set_member_name(builder, "bin");
  json_builder_add_string_value(builder, stage.bin.c_str());
  if (stage.set.empty()) return;
  json_builder_set_member_name(builder, "set");
  json_builder_begin_object(builder);
  for (const auto &[name, value] : stage.set) {
    json_builder_set_member_name(builder, name.c_str());
    json_builder_add_string_value(builder, value.c_str());
  }
  json_builder_end_object(builder);
}

/// The stage's launch line with its settings written behind the elements they belong to.
std::string stage_line(const Stage &stage) {
  std::string line = stage.bin;
  for (const auto &[key, value] : stage.set) {
    const size_t dot = key.find('.');
    const std::string name = "name=" + key.substr(0, dot);
    const size_t at = line.find(name);
    if (at == std::string::npos) continue;
    line.insert(at + name.size(), " " + key.substr(dot + 1) + "=" + plain_number(value));
  }
  return line;
}

}  // namespace

base::Result<Description> load_description(const std::string &path) {
  auto merged = load_merged(path, 0);
  if (!merged) return base::fail(std::move(merged.error()));
  return read_description(merged->get(), path);
}

base::Result<Description> parse_description(std::string_view json, const std::string &origin) {
  auto node = parse_json(json, origin);
  if (!node) return base::fail(std::move(node.error()));
  return read_description(node->get(), origin);
}

base::Result<Description> resolve(const Description &description, const Variables &variables) {
  Description resolved = description;
  resolved.outputs.clear();
  auto source = resolve_stage(description.source, "$.source", variables);
  if (!source) return base::fail(std::move(source.error()));
  auto package = resolve_stage(description.package, "$.package", variables);
  if (!package) return base::fail(std::move(package.error()));
  resolved.source = std::move(*source);
  resolved.package = std::move(*package);
  for (const auto &[name, output] : description.outputs) {
    auto when = fill_in(output.when, variables);
    if (!when) return base::fail(std::move(when.error()).wrap("$.outputs." + name + ".when"));
    if (!output.when.empty() && (when->empty() || *when == "0" || *when == "false")) continue;
    auto stage = resolve_stage(output.stage, "$.outputs." + name, variables);
    if (!stage) return base::fail(std::move(stage.error()));
    resolved.outputs.emplace(name, Output{.when = {}, .stage = std::move(*stage)});
  }
  return resolved;
}

std::string to_json(const Description &description) {
  const auto builder = gst::Ptr<JsonBuilder>::take(json_builder_new_immutable());
  JsonBuilder *b = builder.get();
  json_builder_begin_object(b);
  json_builder_set_member_name(b, "description");
  json_builder_add_string_value(b, description.description.c_str());
  for (const auto &[key, stage] :
       {std::pair{"source", &description.source}, std::pair{"package", &description.package}}) {
    json_builder_set_member_name(b, key);
    json_builder_begin_object(b);
    write_stage(b, *stage);
    json_builder_end_object(b);
  }
  json_builder_set_member_name(b, "flavors");
  json_builder_begin_object(b);
  for (const auto &[name, plan] : description.flavors) {
    json_builder_set_member_name(b, name.c_str());
    json_builder_begin_object(b);
    json_builder_set_member_name(b, "video");
    json_builder_add_string_value(b, plan.video.c_str());
    json_builder_set_member_name(b, "audio");
    json_builder_add_string_value(b, plan.audio.c_str());
    json_builder_end_object(b);
  }
  json_builder_end_object(b);
  json_builder_set_member_name(b, "outputs");
  json_builder_begin_object(b);
  for (const auto &[name, output] : description.outputs) {
    json_builder_set_member_name(b, name.c_str());
    json_builder_begin_object(b);
    if (!output.when.empty()) {
      json_builder_set_member_name(b, "when");
      json_builder_add_string_value(b, output.when.c_str());
    }
    write_stage(b, output.stage);
    json_builder_end_object(b);
  }
  json_builder_end_object(b);
  json_builder_end_object(b);
  const NodePtr root(json_builder_get_root(b));
  return gst::CharPtr(json_to_string(root.get(), TRUE)).get();
}

std::string to_launch_line(const Description &resolved) {
  std::string line = "gst-launch-1.0 " + stage_line(resolved.source) +
                     "\n  demux.video_0 ! package.video_0   demux.audio_0 ! package.audio_0\n  " +
                     stage_line(resolved.package);
  if (resolved.outputs.size() == 1)
    return line + " ! " + stage_line(resolved.outputs.begin()->second.stage);
  line += " ! tee name=outputs";
  for (const auto &[name, output] : resolved.outputs) {
    line += "\n  outputs. ! " + stage_line(output.stage);
  }
  return line;
}

std::string plain_number(const std::string &value) {
  int64_t number = 0;
  const auto [end, status] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (status != std::errc() || end == value.data()) return value;
  const std::string_view unit(end, static_cast<size_t>(value.data() + value.size() - end));
  static constexpr std::pair<std::string_view, int64_t> kUnits[] = {
      {"ns", 1},
      {"us", 1'000},
      {"ms", 1'000'000},
      {"s", 1'000'000'000},
      {"m", 60'000'000'000},
      {"h", 3'600'000'000'000},
      {"k", 1'000},
      {"M", 1'000'000},
  };
  for (const auto &[name, factor] : kUnits) {
    int64_t product = 0;
    if (unit == name && !__builtin_mul_overflow(number, factor, &product))
      return std::to_string(product);
  }
  return value;
}

}  // namespace klive::app
