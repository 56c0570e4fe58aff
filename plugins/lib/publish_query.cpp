// SPDX-License-Identifier: LGPL-2.1-or-later
// The `klive-publish` query: its fields as values, and back.
#include "klive/publish_query.h"

namespace klive::gst {
namespace {

constexpr char kName[] = "klive-publish";
constexpr char kConnect[] = "connect";
constexpr char kPublish[] = "publish";

std::string text(const GstStructure *structure, const char *field) {
  const char *value = gst_structure_get_string(structure, field);
  return value ? value : "";
}

bool flag(const GstStructure *structure, const char *field) {
  gboolean value = FALSE;
  return gst_structure_get_boolean(structure, field, &value) && value;
}

// An empty text is the same as an absent field, so that a structure shows only what was found.
void set_text(GstStructure *structure, const char *field, const std::string &value) {
  if (value.empty()) {
    gst_structure_remove_field(structure, field);
  } else {
    gst_structure_set(structure, field, G_TYPE_STRING, value.c_str(), nullptr);
  }
}

void set_flavors(GstStructure *structure, const std::vector<kaltura::IngestFlavor> &flavors) {
  if (flavors.empty()) {
    gst_structure_remove_field(structure, "flavors");
    return;
  }
  GValue array = G_VALUE_INIT;
  g_value_init(&array, GST_TYPE_ARRAY);
  for (const kaltura::IngestFlavor &flavor : flavors) {
    GstStructure *item = gst_structure_new(
        "flavor", "stream-name", G_TYPE_STRING, flavor.stream_name.c_str(), "id", G_TYPE_UINT,
        flavor.id, "audio-only", G_TYPE_BOOLEAN, flavor.audio_only, nullptr);
    set_text(item, "language", flavor.language);
    GValue value = G_VALUE_INIT;
    g_value_init(&value, GST_TYPE_STRUCTURE);
    g_value_take_boxed(&value, item);
    gst_value_array_append_and_take_value(&array, &value);
  }
  gst_structure_take_value(structure, "flavors", &array);
}

std::vector<kaltura::IngestFlavor> flavors_of(const GstStructure *structure) {
  const GValue *array = gst_structure_get_value(structure, "flavors");
  if (!array || !GST_VALUE_HOLDS_ARRAY(array)) return {};
  std::vector<kaltura::IngestFlavor> flavors;
  for (guint i = 0; i < gst_value_array_get_size(array); ++i) {
    const GValue *value = gst_value_array_get_value(array, i);
    if (!GST_VALUE_HOLDS_STRUCTURE(value)) continue;
    const GstStructure *item = gst_value_get_structure(value);
    kaltura::IngestFlavor flavor;
    flavor.stream_name = text(item, "stream-name");
    gst_structure_get_uint(item, "id", &flavor.id);
    flavor.audio_only = flag(item, "audio-only");
    flavor.language = text(item, "language");
    flavors.push_back(std::move(flavor));
  }
  return flavors;
}

}  // namespace

Ptr<GstQuery> new_publish_query(const PublishRequest &request) {
  GstStructure *structure =
      gst_structure_new(kName, "stage", G_TYPE_STRING,
                        request.stage == PublishStage::kConnect ? kConnect : kPublish, nullptr);
  set_text(structure, "protocol", request.protocol);
  set_text(structure, "host", request.host);
  set_text(structure, "app", request.app);
  set_text(structure, "tc-url", request.tc_url);
  set_text(structure, "stream-name", request.stream_name);
  set_text(structure, "remote-address", request.remote_address);
  return Ptr<GstQuery>::take(gst_query_new_custom(GST_QUERY_CUSTOM, structure));
}

bool is_publish_query(GstQuery *query) {
  const GstStructure *structure = gst_query_get_structure(query);
  return GST_QUERY_TYPE(query) == GST_QUERY_CUSTOM && structure &&
         gst_structure_has_name(structure, kName);
}

PublishRequest publish_request(GstQuery *query) {
  const GstStructure *structure = gst_query_get_structure(query);
  PublishRequest request;
  request.stage =
      text(structure, "stage") == kPublish ? PublishStage::kPublish : PublishStage::kConnect;
  request.protocol = text(structure, "protocol");
  request.host = text(structure, "host");
  request.app = text(structure, "app");
  request.tc_url = text(structure, "tc-url");
  request.stream_name = text(structure, "stream-name");
  request.remote_address = text(structure, "remote-address");
  return request;
}

PublishAnswer publish_answer(GstQuery *query) {
  const GstStructure *structure = gst_query_get_structure(query);
  PublishAnswer answer;
  answer.authorised = flag(structure, "authorised");
  answer.entry = text(structure, "entry");
  answer.side = text(structure, "side");
  answer.stream_name = text(structure, "name");
  gst_structure_get_uint(structure, "flavor", &answer.flavor);
  answer.language = text(structure, "language");
  answer.low_latency = flag(structure, "low-latency");
  answer.token_id = text(structure, "token-id");
  answer.flavors = flavors_of(structure);
  answer.refusal_code = text(structure, "refusal-code");
  answer.refusal_reason = text(structure, "refusal-reason");
  return answer;
}

void set_publish_answer(GstQuery *query, const PublishAnswer &answer) {
  GstStructure *structure = gst_query_writable_structure(query);
  gst_structure_set(structure, "authorised", G_TYPE_BOOLEAN, answer.authorised, "flavor",
                    G_TYPE_UINT, answer.flavor, "low-latency", G_TYPE_BOOLEAN, answer.low_latency,
                    nullptr);
  set_text(structure, "entry", answer.entry);
  set_text(structure, "side", answer.side);
  set_text(structure, "name", answer.stream_name);
  set_text(structure, "language", answer.language);
  set_text(structure, "token-id", answer.token_id);
  set_flavors(structure, answer.flavors);
  set_text(structure, "refusal-code", answer.refusal_code);
  set_text(structure, "refusal-reason", answer.refusal_reason);
}

void refuse_publish(GstQuery *query, const std::string &code, const std::string &reason) {
  GstStructure *structure = gst_query_writable_structure(query);
  if (gst_structure_has_field(structure, "refusal-reason")) return;
  // A refusal without a sentence would read as none at all.
  set_text(structure, "refusal-code", code);
  set_text(structure, "refusal-reason", reason.empty() ? "The publication was refused." : reason);
}

}  // namespace klive::gst
