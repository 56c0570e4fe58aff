// SPDX-License-Identifier: LGPL-2.1-or-later
// WindowStore's plain playlists: what any web server can serve from the folder.
#include <chrono>

#include "manifest/dash.h"
#include "manifest/hls.h"
#include "window_store.h"

namespace klive::dvr {

void WindowStore::write_playlists(const std::string &track, Changes &changes) {
  if (const auto text = manifest::render_media_playlist(presentation_, track, {}))
    write_text(track_folder(track) + "/index.m3u8", *text, changes);
  // Once a segment: when every active track has it, or when the first one is ahead by one more.
  if (presentation_.next_segment > overview_of_ + 1 || is_level()) write_overview(changes);
}

bool WindowStore::is_level() const {
  if (presentation_.next_segment <= overview_of_) return false;
  for (const auto &[name, track] : presentation_.tracks) {
    const bool has_newest =
        !track.segments.empty() && track.segments.back().number + 1 == presentation_.next_segment;
    if (track.active && !has_newest) return false;
  }
  return true;
}

void WindowStore::write_overview(Changes &changes) {
  if (const auto text = manifest::render_master(presentation_))
    write_text(settings_.folder + "/master.m3u8", *text, changes);
  manifest::DashOptions options;
  options.publish_time_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                                std::chrono::system_clock::now().time_since_epoch())
                                .count();
  if (const auto text = manifest::render_dash(presentation_, options))
    write_text(settings_.folder + "/manifest.mpd", *text, changes);
  overview_of_ = presentation_.next_segment;
}

void WindowStore::write_text(const std::string &path, const std::string &text, Changes &changes) {
  auto written = replace_file(disk_, path, base::as_bytes(text), false);
  // The old text stays; it is said once until it works again.
  if (!written && !is_playlist_warned_) changes.warnings.push_back(written.error().message);
  is_playlist_warned_ = !written;
}

}  // namespace klive::dvr
