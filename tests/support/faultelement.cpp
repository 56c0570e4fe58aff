// SPDX-License-Identifier: LGPL-2.1-or-later
// faultelement: passes everything through until the media itself tells it to break.
//
// The bytes "klive-fault:" with a word behind them, anywhere in a buffer, do it: "abort", "crash",
// "hang" (for ever), "eat" (memory, until there is no more), "error" (the flow). With `scope` set,
// it looks for "<scope>-fault:" instead, so that several in one pipeline are told apart.

#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

[[noreturn]] void hang() {
  for (;;) g_usleep(G_USEC_PER_SEC);
}

[[noreturn]] void eat() {
  constexpr size_t kBite = size_t{16} << 20;
  for (;;) {
    // What the program does at the end of memory is what it does without this element.
    auto *bite = static_cast<char *>(g_malloc(kBite));
    std::memset(bite, 1, kBite);
  }
}

GstFlowReturn act(std::string_view what) {
  const auto is = [&](std::string_view word) { return what.substr(0, word.size()) == word; };
  if (is("abort")) std::abort();
  if (is("crash")) *static_cast<volatile char *>(nullptr) = 1;
  if (is("hang")) hang();
  if (is("eat")) eat();
  return is("error") ? GST_FLOW_ERROR : GST_FLOW_OK;
}

}  // namespace

G_DECLARE_FINAL_TYPE(GstKliveTestFault, gst_klive_test_fault, GST, KLIVE_TEST_FAULT,
                     GstBaseTransform)
struct _GstKliveTestFault {
  GstBaseTransform parent;
  gchar *scope;
};
G_DEFINE_TYPE(GstKliveTestFault, gst_klive_test_fault, GST_TYPE_BASE_TRANSFORM)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void gst_klive_test_fault_init(GstKliveTestFault *self) {
  self->scope = g_strdup("klive");
  gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(self), TRUE);
}

static GstFlowReturn gst_klive_test_fault_transform_ip(GstBaseTransform *base, GstBuffer *buffer) {
  GstMapInfo map;
  if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return GST_FLOW_OK;
  const std::string mark = std::string(GST_KLIVE_TEST_FAULT(base)->scope) + "-fault:";
  const std::string_view bytes(reinterpret_cast<const char *>(map.data), map.size);
  const size_t at = bytes.find(mark);
  const std::string what(at == bytes.npos ? "" : bytes.substr(at + mark.size(), 8));
  gst_buffer_unmap(buffer, &map);
  return act(what);
}

static void gst_klive_test_fault_class_init(GstKliveTestFaultClass *klass) {
  auto *object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = [](GObject *object, guint, const GValue *value, GParamSpec *) {
    auto *self = GST_KLIVE_TEST_FAULT(object);
    g_free(self->scope);
    self->scope = g_value_dup_string(value);
  };
  object_class->finalize = [](GObject *object) {
    g_free(GST_KLIVE_TEST_FAULT(object)->scope);
    G_OBJECT_CLASS(gst_klive_test_fault_parent_class)->finalize(object);
  };
  g_object_class_install_property(
      object_class, 1,
      g_param_spec_string("scope", "Scope", "What \"-fault:\" is written behind.", "klive",
                          static_cast<GParamFlags>(G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS)));
  auto *element_class = GST_ELEMENT_CLASS(klass);
  gst_element_class_add_static_pad_template(element_class, &sink_template);
  gst_element_class_add_static_pad_template(element_class, &src_template);
  gst_element_class_set_static_metadata(element_class, "Fault", "Test",
                                        "Breaks when the media tells it to", "klive");
  GST_BASE_TRANSFORM_CLASS(klass)->transform_ip = gst_klive_test_fault_transform_ip;
}

static gboolean plugin_init(GstPlugin *plugin) {
  return gst_element_register(plugin, "faultelement", GST_RANK_NONE,
                              gst_klive_test_fault_get_type());
}

#define PACKAGE "klive-tests"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, klivetestfaults, "An element that breaks",
                  plugin_init, KLIVE_VERSION, "LGPL", "klive", "https://klive.invalid")
