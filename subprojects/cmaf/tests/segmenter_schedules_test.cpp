// SPDX-License-Identifier: LGPL-2.1-or-later
// Random publications: tracks with any rate, key-frame pattern, jitter, lateness, bursts, breaks,
// returns and format changes. What must hold for all of them is checked, and the seed printed.
#include <algorithm>
#include <random>
#include <set>

#include "segmenter_fixture.h"

namespace klive::cmaf {
namespace {

struct Feed {
  uint32_t track = 0;
  bool is_video = false;
  MediaTime frame;
  MediaTime next;      // time of the next frame
  MediaTime lateness;  // its frames arrive so much after their time
  MediaTime joins, leaves;
  MediaTime jitter;
  MediaTime offset;
  int gop = 50;  // frames; with spread the distance is random
  int spread = 0;
  int to_key = 0;
  bool has_ended = false;
  bool is_other_format = false;
  int breaks = 0;
  std::vector<base::Bytes> sent;  // taken by the segmenter
  std::vector<MediaTime> times;   // of those
};

class Schedule {
 public:
  explicit Schedule(unsigned seed) : random_(seed) {
    settings_.fast_start = pick(0, 4);
    settings_.segment_duration = ms(pick(1000, 8000));
    settings_.chunk_duration = ms(pick(200, 1200));
    settings_.low_latency = chance(50);
    settings_.first_segment = chance(30) ? 17 : 0;
    segmenter_ = std::make_unique<Segmenter>(settings_, out_);
    const int videos = pick(0, 3), audios = pick(videos == 0 ? 1 : 0, 3);
    for (int i = 0; i < videos + audios; ++i) add_feed(i < videos);
  }

  void run() {
    const MediaTime end = seconds(pick(20, 60));
    for (;;) {
      Feed *first = nullptr;
      for (Feed &feed : feeds_) {
        if (feed.next >= end) continue;
        if (first == nullptr || feed.next + feed.lateness < first->next + first->lateness)
          first = &feed;
      }
      if (first == nullptr) break;
      const int burst = chance(3) ? pick(2, 80) : 1;
      for (int i = 0; i < burst && first->next < end; ++i) step(*first);
      if (testing::Test::HasFailure()) return;
    }
    segmenter_->finish();
  }

  void check() {
    std::map<uint32_t, bool> marked;  // by number
    for (Feed &feed : feeds_) {
      auto &record = out_.tracks[feed.track];
      EXPECT_EQ(record.payloads, feed.sent) << "lost, doubled or out of order";
      for (const Written &segment : record.segments) {
        EXPECT_TRUE(segment.ended);
        EXPECT_GE(segment.number, settings_.first_segment);
        EXPECT_TRUE(!feed.is_video || segment.chunks.front().independent);
        check_chunks(feed, segment);
        // The same numbers are marked in every track that has them.
        const auto [known, is_new] = marked.try_emplace(segment.number, segment.discontinuity);
        if (segment.discontinuity != known->second) mismatches_.insert(segment.number);
      }
      if (feed.breaks == 0) {
        for (const int64_t hole : record.holes)
          ADD_FAILURE() << "track " << feed.track << " does not join at " << hole;
      }
    }
    // A track that was away may carry the mark on a later number than the others: the one it came
    // back with. Then the others carry it inside the hole.
    for (const uint32_t number : mismatches_) {
      for (Feed &feed : feeds_) check_mark(feed, number);
    }
    check_numbers();
  }

 private:
  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  bool chance(int percent) { return pick(1, 100) <= percent; }

  void add_feed(bool is_video) {
    Feed feed;
    feed.is_video = is_video;
    feed.track = segmenter_->add_track(is_video ? Kind::kVideo : Kind::kAudio);
    segmenter_->set_format(feed.track, is_video ? avc() : aac());
    constexpr int64_t kFrames[] = {16'666'667, 20'000'000,  33'333'333,
                                   40'000'000, 100'000'000, 200'000'000};
    feed.frame = is_video ? MediaTime{kFrames[pick(0, 5)]} : MediaTime{21'333'333};
    feed.joins = chance(30) ? ms(pick(0, 15'000)) : ms(pick(0, 200));
    feed.leaves = chance(20) ? ms(pick(5000, 40'000)) : seconds(1000);
    feed.next = feed.joins;
    feed.lateness = chance(30) ? ms(pick(0, 4000)) : ms(pick(0, 50));
    feed.jitter = chance(50) ? ms(1) : MediaTime{1};
    feed.offset = is_video && chance(40) ? MediaTime{feed.frame.ns * 2} : MediaTime{};
    const int64_t distance = ms(pick(500, chance(20) ? 30'000 : 3000)).ns;
    feed.gop = static_cast<int>(std::max<int64_t>(1, distance / feed.frame.ns));
    feed.spread = chance(30) ? feed.gop : 0;
    feeds_.push_back(feed);
  }

  void step(Feed &feed) {
    const bool is_key = !feed.is_video || feed.to_key-- <= 0;
    if (is_key && feed.is_video)
      feed.to_key =
          std::max(1, feed.gop + (feed.spread > 0 ? pick(-feed.gop / 2, feed.spread) : 0)) - 1;
    if (feed.next > feed.leaves && feed.leaves < seconds(999)) {
      leave(feed);
      return;
    }
    InputSample sample;
    // Rounding and jitter: never more than a frame, and never behind the frame before by much.
    sample.dts = {feed.next.ns / feed.jitter.ns * feed.jitter.ns};
    if (chance(2)) sample.dts += {-pick(0, 3) * 1'000'000};
    if (sample.dts.ns < 0) sample.dts = {};
    sample.pts = sample.dts + feed.offset;
    sample.key = is_key;
    if (chance(1) && chance(20)) {
      sample.discontinuity = true;
      ++feed.breaks;
    }
    if (is_key && chance(feed.is_video ? 5 : 1) && chance(20)) {
      feed.is_other_format = !feed.is_other_format;
      if (feed.is_video) {
        segmenter_->set_format(feed.track, feed.is_other_format ? avc_other() : avc());
      } else {
        // The same rate, so that the reader's times stay comparable.
        segmenter_->set_format(
            feed.track, *make_format(Codec::kAac, hex(feed.is_other_format ? "1188" : "1190")));
      }
      ++feed.breaks;
    }
    base::Bytes data(static_cast<size_t>(pick(1, 40)));
    for (uint8_t &byte : data) byte = static_cast<uint8_t>(random_());
    sample.data = data;
    const bool is_dropped = feed.is_video && !is_key && (feed.sent.empty() || feed.has_ended);
    ASSERT_TRUE(segmenter_->push(feed.track, sample));
    if (!is_dropped) {
      feed.sent.push_back(data);
      feed.times.push_back(sample.dts);
      feed.has_ended = false;
    }
    check_delay(feed, sample.dts);
    feed.next += feed.frame;
  }

  void leave(Feed &feed) {
    if (chance(50)) {
      segmenter_->end_track(feed.track);
      feed.has_ended = true;
      if (chance(50))
        segmenter_->set_format(
            feed.track,
            feed.is_video ? (feed.is_other_format ? avc_other() : avc())
                          : *make_format(Codec::kAac, hex(feed.is_other_format ? "1188" : "1190")));
    }
    ++feed.breaks;
    feed.next += ms(pick(0, 8000));  // or it is only silent
    feed.leaves = chance(30) ? feed.next + ms(pick(2000, 10'000)) : seconds(1000);
  }

  // Whatever the others do, a sample is out a chunk and `patience` later; the leader's sooner.
  void check_delay(Feed &feed, MediaTime now) {
    const size_t out = out_.tracks[feed.track].payloads.size();
    if (out >= feed.times.size()) return;
    const bool is_alone = feeds_.size() == 1;
    MediaTime held = now - feed.times.back();
    for (size_t i = out; i + 1 < feed.times.size(); ++i)  // holes are nobody's waiting
      held += std::min(feed.times[i + 1] - feed.times[i], feed.frame + ms(5));
    EXPECT_LE(held.ns,
              (settings_.chunk_duration + (is_alone ? MediaTime{} : settings_.patience)).ns +
                  3 * feed.frame.ns + ms(10).ns);
  }

  void check_chunks(const Feed &feed, const Written &segment) {
    const int64_t rate = feed.is_video ? 90'000 : 48'000;
    const int64_t limit = settings_.chunk_duration.ticks(static_cast<uint32_t>(rate));
    // A frame, with what rounding and jitter do to it.
    const int64_t frame = MediaTime{feed.frame.ns + 10'000'000}.ticks(static_cast<uint32_t>(rate));
    for (const ChunkReady &chunk : segment.chunks) {
      const auto samples = read_samples(chunk.bytes);
      ASSERT_TRUE(samples);
      EXPECT_TRUE(chunk.duration <= limit || samples->size() == 1) << chunk.duration;
      if (!chunk.last && feed.breaks == 0) {
        EXPECT_GE(chunk.duration, std::min(limit * 85 / 100, limit - frame)) << limit;
      }
    }
    for (size_t i = 0; i + 1 < segment.chunks.size(); ++i) EXPECT_FALSE(segment.chunks[i].last);
  }

  // Marked or not, a segment must not hide a mark: with a mark on `number` in one track, another
  // that has `number` unmarked must have been away just before (its own mark is its return).
  void check_mark(Feed &feed, uint32_t number) {
    const auto &segments = out_.tracks[feed.track].segments;
    const auto at = std::find_if(segments.begin(), segments.end(),
                                 [&](const Written &s) { return s.number == number; });
    if (at == segments.end() || !at->discontinuity || at == segments.begin()) return;
    const bool others_marked = std::any_of(feeds_.begin(), feeds_.end(), [&](Feed &other) {
      const auto numbers = out_.marked(other.track);
      return &other != &feed && std::find(numbers.begin(), numbers.end(), number) != numbers.end();
    });
    const bool was_away = std::prev(at)->number + 1 < number;
    EXPECT_TRUE(others_marked || was_away) << "only track " << feed.track << " marks " << number;
  }

  // Over all tracks together no number is skipped.
  void check_numbers() {
    std::set<uint32_t> all;
    for (Feed &feed : feeds_) {
      for (const uint32_t number : out_.numbers(feed.track)) all.insert(number);
    }
    if (all.empty()) return;
    EXPECT_EQ(*all.begin(), settings_.first_segment);
    EXPECT_EQ(*all.rbegin() - *all.begin() + 1, all.size());
  }

  std::mt19937 random_;
  SegmenterSettings settings_;
  Recorder out_;
  std::unique_ptr<Segmenter> segmenter_;
  std::vector<Feed> feeds_;
  std::set<uint32_t> mismatches_;
};

TEST(Schedules, AnyPublications_InvariantsHold) {
  for (unsigned seed = 1; seed <= 120; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Schedule schedule(seed);
    schedule.run();
    if (!HasFailure()) schedule.check();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace klive::cmaf
