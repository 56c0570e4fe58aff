// SPDX-License-Identifier: LGPL-2.1-or-later
// A GType for durations, so that GStreamer's own parsers read their units.
#include "klive/duration.h"

#include <charconv>

namespace klive::gst {
namespace {

gboolean deserialize(GValue *value, const gchar *text) {
  const auto duration = parse_duration(text);
  if (duration) g_value_set_uint64(value, *duration);
  return duration.has_value();
}

gchar *serialize(const GValue *value) {
  return g_strdup_printf("%" G_GUINT64_FORMAT, g_value_get_uint64(value));
}

gint compare(const GValue *a, const GValue *b) {
  const guint64 left = g_value_get_uint64(a), right = g_value_get_uint64(b);
  return left == right  ? GST_VALUE_EQUAL
         : left < right ? GST_VALUE_LESS_THAN
                        : GST_VALUE_GREATER_THAN;
}

GType duration_type() {
  static const GType type = [] {
    GTypeInfo info{};
    const GType made =
        g_type_register_static(G_TYPE_UINT64, "GstKliveDuration", &info, GTypeFlags(0));
    // GStreamer keeps the pointer.
    static GstValueTable table{made, compare, serialize, deserialize, nullptr, {}};
    gst_value_register(&table);
    return made;
  }();
  return type;
}

GType param_type() {
  static const GType type = [] {
    GTypeQuery uint64{};
    g_type_query(G_TYPE_PARAM_UINT64, &uint64);
    GTypeInfo info{};
    info.class_size = static_cast<guint16>(uint64.class_size);
    info.instance_size = static_cast<guint16>(uint64.instance_size);
    info.class_init = [](gpointer klass, gpointer) {
      static_cast<GParamSpecClass *>(klass)->value_type = duration_type();
    };
    return g_type_register_static(G_TYPE_PARAM_UINT64, "GstKliveParamDuration", &info,
                                  GTypeFlags(0));
  }();
  return type;
}

}  // namespace

GParamSpec *duration_param_spec(const char *name, const char *nick, const char *blurb,
                                guint64 minimum, guint64 maximum, guint64 fallback,
                                GParamFlags flags) {
  auto *spec = static_cast<GParamSpecUInt64 *>(
      g_param_spec_internal(param_type(), name, nick, blurb, flags));
  spec->minimum = minimum;
  spec->maximum = maximum;
  spec->default_value = fallback;
  return G_PARAM_SPEC(spec);
}

std::optional<guint64> parse_duration(std::string_view text) {
  guint64 number = 0;
  const char *const last = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), last, number);
  if (problem != std::errc()) return {};
  const std::string_view unit(rest, static_cast<size_t>(last - rest));
  static constexpr std::pair<std::string_view, guint64> kUnits[] = {
      {"", 1},
      {"ns", 1},
      {"us", GST_USECOND},
      {"ms", GST_MSECOND},
      {"s", GST_SECOND},
      {"m", 60 * GST_SECOND},
      {"h", 3600 * GST_SECOND},
  };
  for (const auto &[name, factor] : kUnits) {
    guint64 product = 0;
    if (unit == name && !__builtin_mul_overflow(number, factor, &product)) return product;
  }
  return {};
}

}  // namespace klive::gst
