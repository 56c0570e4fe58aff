// SPDX-License-Identifier: LGPL-2.1-or-later
// Authenticator: carried in a GstContext.
#include "klive/authenticator.h"

namespace klive::gst {
namespace {

constexpr char kField[] = "authenticator";

// A shared_ptr as a GValue, so that the context's structure owns one reference like any field.
using Shared = std::shared_ptr<Authenticator>;

GType shared_type() {
  static const GType type = g_boxed_type_register_static(
      "GstKliveAuthenticator",
      [](gpointer boxed) -> gpointer { return new Shared(*static_cast<Shared *>(boxed)); },
      [](gpointer boxed) { delete static_cast<Shared *>(boxed); });
  return type;
}

}  // namespace

Ptr<GstContext> new_authenticator_context(std::shared_ptr<Authenticator> authenticator) {
  auto context = Ptr<GstContext>::take(gst_context_new(kAuthenticatorContext, TRUE));
  gst_structure_set(gst_context_writable_structure(context.get()), kField, shared_type(),
                    &authenticator, nullptr);
  return context;
}

std::shared_ptr<Authenticator> authenticator_of(GstContext *context) {
  if (!context || !gst_context_has_context_type(context, kAuthenticatorContext)) return nullptr;
  const GValue *value = gst_structure_get_value(gst_context_get_structure(context), kField);
  if (!value || !G_VALUE_HOLDS(value, shared_type())) return nullptr;
  const auto *shared = static_cast<const Shared *>(g_value_get_boxed(value));
  return shared ? *shared : nullptr;
}

}  // namespace klive::gst
