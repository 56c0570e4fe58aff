// SPDX-License-Identifier: LGPL-2.1-or-later
// Where segments begin.
#include "grid.h"

#include <algorithm>

namespace klive::cmaf {
namespace {

using base::MediaTime;

// Fast start cuts at every key frame, but an encoder with a key frame every 0.2 s must not make
// segments of 0.2 s.
constexpr MediaTime kShortest = MediaTime::from_ms(500);
// A track that is this many segments behind has long been given up on.
constexpr size_t kRemembered = 256;

}  // namespace

uint32_t Grid::number_at(MediaTime time) const {
  for (auto cut = cuts_.rbegin(); cut != cuts_.rend(); ++cut) {
    if (cut->start <= time) return cut->number;
  }
  return cuts_.front().number;
}

uint32_t Grid::cut(MediaTime start, bool discontinuity) {
  const bool is_first = cuts_.empty();
  const uint32_t number = is_first ? settings_.first_segment : newest() + 1;
  // An earlier run of the numbering is something this one does not continue.
  if (discontinuity || discontinuity_requested_ || (is_first && number > 0))
    discontinuities_.push_back(number);
  discontinuity_requested_ = false;
  cuts_.push_back({number, start});
  measured_from_ = start;
  if (cuts_.size() > kRemembered) cuts_.pop_front();
  if (discontinuities_.size() > kRemembered) discontinuities_.pop_front();
  return number;
}

MediaTime Grid::target() const {
  if (newest() - settings_.first_segment >= settings_.fast_start) return settings_.segment_duration;
  return std::min(settings_.segment_duration, kShortest);
}

bool Grid::is_due(MediaTime time, MediaTime frame, MediaTime grace) const {
  // Half a frame early counts as on time: timestamps are rounded somewhere on their way.
  return time - measured_from_ + MediaTime{frame.ns / 2} >= target() + grace;
}

std::optional<uint32_t> Grid::discontinuity_between(uint32_t after, uint32_t upto) const {
  for (const uint32_t number : discontinuities_) {
    if (number > after && number <= upto) return number;
  }
  return std::nullopt;
}

bool Grid::is_discontinuity(uint32_t number) const {
  return std::find(discontinuities_.begin(), discontinuities_.end(), number) !=
         discontinuities_.end();
}

void Grid::leader_key(MediaTime time) {
  if (last_key_ && time > *last_key_) key_distance_ = time - *last_key_;
  last_key_ = time;
}

std::optional<MediaTime> Grid::expected_cut() const {
  if (empty() || !last_key_ || key_distance_.ns <= 0) return std::nullopt;
  const MediaTime due = measured_from_ + target();
  MediaTime key = *last_key_ + key_distance_;
  if (key < due) {
    const int64_t missing = (due - key).ns;
    key += {(missing + key_distance_.ns - 1) / key_distance_.ns * key_distance_.ns};
  }
  return key;
}

}  // namespace klive::cmaf
