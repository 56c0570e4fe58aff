// SPDX-License-Identifier: LGPL-2.1-or-later
// The writer's side of DvrSink: the queue, and segments becoming durable.
#include <algorithm>
#include <utility>

#include "dvr_sink.h"

namespace klive::dvr {
namespace {

// Segments in the queue, for each track: beyond the first bound they are not flushed any more,
// beyond the second they are given up.
constexpr size_t kBehind = 2;
constexpr size_t kFarBehind = 16;

}  // namespace

void DvrSink::push(Job job) {
  const size_t tracks = std::max<size_t>(tracks_.size(), 1);
  bool is_given_up = false;
  {
    auto queue = queue_.lock();
    is_given_up = job.segment && !job.segment->is_lost && queue->segments >= kFarBehind * tracks;
  }
  if (is_given_up) {
    lose(*job.segment, {base::ErrorCode::kIo, "the disk is too slow"});
    job.segment->file.discard(disk_);
  }
  {
    auto queue = queue_.lock();
    if (job.segment) ++queue->segments;
    queue->tracks = tracks;
    queue->jobs.push_back(std::move(job));
  }
  queue_.notify();
}

void DvrSink::run_writer() {
  for (;;) {
    Job job;
    bool is_behind = false;
    {
      auto queue = queue_.lock();
      queue->is_busy = false;
      queue_.notify();
      queue_.wait(queue, [](const Queue &q) { return !q.jobs.empty() || q.is_closed; });
      if (queue->jobs.empty()) return;
      job = std::move(queue->jobs.front());
      queue->jobs.pop_front();
      queue->is_busy = true;
      if (job.segment) --queue->segments;
      is_behind = queue->segments > kBehind * queue->tracks;
    }
    do_job(std::move(job), is_behind);
  }
}

void DvrSink::do_job(Job job, bool is_behind) {
  if (job.event) {
    if (const auto *init = std::get_if<manifest::TrackInit>(&*job.event)) flush_init(*init);
    Changes changes;
    {
      auto store = store_.lock();
      changes = (*store)->note(*job.event);
    }
    tell(std::move(changes));
    return;
  }
  OpenSegment &segment = *job.segment;
  if (segment.is_lost) {
    segment.file.discard(disk_);
  } else {
    auto finished =
        with_room([&] { return segment.file.finish(disk_, segment.event.start, !is_behind); });
    if (!finished) {
      lose(segment, finished.error());
      segment.file.discard(disk_);
    }
  }
  segment.event.gap = segment.is_lost;
  segment.event.size = segment.is_lost ? 0 : segment.file.size();
  Changes changes;
  {
    auto store = store_.lock();
    changes = (*store)->add_segment(segment.event, !is_behind);
  }
  {
    auto stats = stats_.lock();
    stats->next_segment = std::max(stats->next_segment, segment.event.segment + 1);
    if (is_behind && !segment.is_lost) ++stats->unflushed;
  }
  tell(std::move(changes));
}

// An init must be durable before the journal names it.
void DvrSink::flush_init(const manifest::TrackInit &init) {
  const std::string path = folder_ + "/" + init.track + "/" + manifest::init_name(init.init);
  File file;
  int error = disk_.open(path, 0, file);
  if (error == 0) error = disk_.sync(file);
  if (error == 0) return;
  ++stats_.lock()->disk_errors;
  warn(disk_failure(error, "flushing " + path).error.message);
}

void DvrSink::end_of_stream() {
  finish_all();
  auto queue = queue_.lock();
  queue_.wait(queue, [](const Queue &q) {
    return (q.jobs.empty() && !q.is_busy) || q.is_interrupted || q.is_closed;
  });
}

void DvrSink::interrupt(bool on) {
  queue_.lock()->is_interrupted = on;
  queue_.notify();
}

void DvrSink::stop(bool end_session) {
  if (!writer_.joinable()) return;
  finish_all();
  queue_.lock()->is_closed = true;
  queue_.notify();
  writer_.join();
  Changes changes;
  {
    auto store = store_.lock();
    changes = (*store)->close(end_session);
    store->reset();
  }
  tell(std::move(changes));
  *queue_.lock() = {};
  tracks_.clear();
  recent_.clear();
  offset_ = 0;
  first_input_.reset();
  first_number_.reset();
  stretch_.reset();
}

}  // namespace klive::dvr
