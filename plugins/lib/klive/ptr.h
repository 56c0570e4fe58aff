// SPDX-License-Identifier: LGPL-2.1-or-later
// Ptr<T>: owns one reference of a GObject or GstMiniObject. State the transfer where a pointer
// crosses from C: Ptr<T>::take(x) for transfer full, Ptr<T>::ref(x) for transfer none.
#pragma once

#include <gst/gst.h>

#include <memory>
#include <type_traits>
#include <utility>

namespace klive::gst {

template <typename T>
struct RefTraits {
  static void ref(T *object) { g_object_ref(object); }
  static void unref(T *object) { g_object_unref(object); }
};
// A GstObject's reference may be floating; sinking it makes it ours.
template <typename T>
struct MiniRefTraits {
  static void ref(T *object) { gst_mini_object_ref(GST_MINI_OBJECT_CAST(object)); }
  static void unref(T *object) { gst_mini_object_unref(GST_MINI_OBJECT_CAST(object)); }
};
template <>
struct RefTraits<GstBuffer> : MiniRefTraits<GstBuffer> {};
template <>
struct RefTraits<GstBufferList> : MiniRefTraits<GstBufferList> {};
template <>
struct RefTraits<GstCaps> : MiniRefTraits<GstCaps> {};
template <>
struct RefTraits<GstEvent> : MiniRefTraits<GstEvent> {};
template <>
struct RefTraits<GstQuery> : MiniRefTraits<GstQuery> {};
template <>
struct RefTraits<GstMessage> : MiniRefTraits<GstMessage> {};
template <>
struct RefTraits<GstContext> : MiniRefTraits<GstContext> {};
template <>
struct RefTraits<GstSample> : MiniRefTraits<GstSample> {};
template <>
struct RefTraits<GMainContext> {
  static void ref(GMainContext *object) { g_main_context_ref(object); }
  static void unref(GMainContext *object) { g_main_context_unref(object); }
};
template <>
struct RefTraits<GMainLoop> {
  static void ref(GMainLoop *object) { g_main_loop_ref(object); }
  static void unref(GMainLoop *object) { g_main_loop_unref(object); }
};
template <>
struct RefTraits<GBytes> {
  static void ref(GBytes *object) { g_bytes_ref(object); }
  static void unref(GBytes *object) { g_bytes_unref(object); }
};
template <>
struct RefTraits<GVariant> {
  static void ref(GVariant *object) { g_variant_ref_sink(object); }
  static void unref(GVariant *object) { g_variant_unref(object); }
};

template <typename T>
class Ptr {
 public:
  Ptr() = default;
  Ptr(std::nullptr_t) {}  // NOLINT: implicit by design
  [[nodiscard]] static Ptr take(T *object) {
    Ptr ptr;
    ptr.object_ = object;
    return ptr;
  }
  [[nodiscard]] static Ptr ref(T *object) {
    if (object) RefTraits<T>::ref(object);
    return take(object);
  }
  Ptr(const Ptr &other) : Ptr(ref(other.object_)) {}
  Ptr(Ptr &&other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ptr &operator=(Ptr other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ptr() {
    if (object_) RefTraits<T>::unref(object_);
  }

  [[nodiscard]] T *get() const { return object_; }
  /// Gives the reference away (transfer full).
  [[nodiscard]] T *release() { return std::exchange(object_, nullptr); }
  T *operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }
  void reset() { *this = Ptr(); }

 private:
  T *object_ = nullptr;
};

/// A newly made element or object: sinks the floating reference if there is one.
template <typename T>
[[nodiscard]] Ptr<T> adopt_floating(T *object) {
  return object ? Ptr<T>::take(static_cast<T *>(g_object_ref_sink(object))) : Ptr<T>();
}

struct GFree {
  void operator()(void *memory) const { g_free(memory); }
};
using CharPtr = std::unique_ptr<char, GFree>;
struct GErrorFree {
  void operator()(GError *error) const { g_error_free(error); }
};
using ErrorPtr = std::unique_ptr<GError, GErrorFree>;

}  // namespace klive::gst
