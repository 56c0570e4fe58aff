// SPDX-License-Identifier: LGPL-2.1-or-later
// ViewModes: since when viewers are shown the entries of a Kaltura installation.
//
//   {"1_abcd1234": {"explicitLive": 1, "viewMode": 1, "shownFrom": …}, …}
#include "remote/view_modes.h"

#include <gst/gst.h>

#include <utility>

#include "klive/ptr.h"
#include "remote/log.h"

namespace klive::app {
namespace {

using kaltura::Value;

constexpr int64_t kKept = 3'600'000;  // milliseconds
constexpr kaltura::JsonLimits kFileLimits{.depth = 3, .members = 1'000'000};

}  // namespace

base::Result<ViewModes> ViewModes::open(std::string path) {
  ViewModes modes(std::move(path));
  gchar *text = nullptr;
  gsize size = 0;
  GError *failed = nullptr;
  if (!g_file_get_contents(modes.path_.c_str(), &text, &size, &failed)) {
    const gst::ErrorPtr error(failed);
    if (g_error_matches(error.get(), G_FILE_ERROR, G_FILE_ERROR_NOENT)) return modes;
    return base::fail(base::ErrorCode::kIo, error->message);
  }
  const gst::CharPtr owned(text);
  auto read = kaltura::read_json({text, size}, kFileLimits);
  // Without it previews would show: that is for the operator to decide.
  if (!read || !read->is_object())
    return base::fail(base::ErrorCode::kInvalid,
                      modes.path_ +
                          " is damaged. It says which entries are previews; remove it "
                          "when none of those on air is one.");
  for (const auto &[entry, document] : *read->object())
    modes.modes_[entry] = {.document = document, .spoken_of_ms = 0};
  return modes;
}

bool ViewModes::learn(const Entry &entry, int64_t now_ms,
                      const std::function<bool(const std::string &)> &has_window) {
  const Showing before = of(entry.id);
  if (entry.more.integer_of("explicitLive") != 1) {
    if (modes_.erase(entry.id) == 0) return false;
    save();
    return true;
  }
  const auto [found, is_new] = modes_.try_emplace(entry.id);
  Mode &mode = found->second;
  mode.document["explicitLive"] = 1;
  set_view_mode(mode.document, entry.more.integer_of("viewMode", kViewPreview), now_ms);
  mode.spoken_of_ms = now_ms;
  if (!is_new && of(entry.id) == before) return false;
  GST_INFO_ID(
      entry.id.c_str(), "viewers are shown it: %s",
      mode.document.integer_of("viewMode") == kViewAllowAll ? "yes" : "no, it is a preview");
  forget_old(now_ms, has_window);
  save();
  return true;
}

Showing ViewModes::of(const std::string &entry) const {
  const auto found = modes_.find(entry);
  if (found == modes_.end()) return {};
  Entry known;
  known.more = found->second.document;
  return showing_of(known);
}

void ViewModes::forget_old(int64_t now_ms,
                           const std::function<bool(const std::string &)> &has_window) {
  std::erase_if(modes_, [&](const auto &item) {
    return now_ms - item.second.spoken_of_ms > kKept && !has_window(item.first);
  });
}

void ViewModes::save() const {
  Value all = Value::Object();
  for (const auto &[entry, mode] : modes_) all[entry] = mode.document;
  const std::string text = kaltura::write_json(all) + "\n";
  GError *failed = nullptr;
  if (g_file_set_contents_full(path_.c_str(), text.data(), static_cast<gssize>(text.size()),
                               G_FILE_SET_CONTENTS_CONSISTENT, 0600, &failed)) {
    return;
  }
  const gst::ErrorPtr error(failed);
  GST_ERROR("which entries are previews will not be known after a restart: %s", error->message);
}

}  // namespace klive::app
