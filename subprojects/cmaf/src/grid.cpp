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

const Grid::Cut &Grid::cut_at(MediaTime time) const {
  for (auto cut = cuts_.rbegin(); cut != cuts_.rend(); ++cut) {
    if (cut->start <= time) return *cut;
  }
  return cuts_.front();
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

// Half a frame early counts as on time: timestamps are rounded somewhere on their way.
MediaTime Grid::due(MediaTime frame) const {
  return measured_from_ + target() - MediaTime{frame.ns / 2};
}

bool Grid::is_due(MediaTime time, MediaTime frame, MediaTime grace) const {
  return time >= due(frame) + grace;
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

}  // namespace klive::cmaf
