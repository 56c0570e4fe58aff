// SPDX-License-Identifier: LGPL-2.1-or-later
// Admission, takeover, resume and supervision.
#include "door/sessions.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>
#include <vector>

#include <gst/gst.h>

#include "door/descriptors.h"
#include "worker/entry_variables.h"

GST_DEBUG_CATEGORY_STATIC(klive_sessions_debug);
#define GST_CAT_DEFAULT klive_sessions_debug

namespace klive::app {
namespace {

using std::chrono::seconds;

constexpr unsigned kTickMs = 500;
constexpr uint64_t kSilentNs = 3'000'000'000;  // after this a newcomer takes over
// A worker that leaves alone what waits for it is asked why, and then given up.
constexpr auto kAskAfter = seconds(1);
constexpr auto kHangAfter = seconds(2);
constexpr auto kBeginWithin = seconds(15);   // it repairs the window first
constexpr auto kDiskPatience = seconds(60);  // it waits for the disk

/// "127.0.0.1:4711" → "127.0.0.1".
std::string host_of(const std::string &address) { return address.substr(0, address.rfind(':')); }

int64_t wall_now_ns() { return g_get_real_time() * 1000; }

/// Unix time of the end of the newest segment; 0 when there is none.
int64_t window_end_ns(const manifest::Presentation &presentation) {
  int64_t end = 0;
  for (const auto &[name, track] : presentation.tracks) {
    if (track.segments.empty() || track.init.timescale == 0) continue;
    const auto &last = track.segments.back();
    end = std::max(
        end, base::MediaTime::from_ticks(last.start + last.duration, track.init.timescale).ns);
  }
  return end ? end + (presentation.epoch ? presentation.epoch->wall_ns : 0) : 0;
}

}  // namespace

Sessions::Sessions(const Config &config, Backend &backend, LiveRegistry &registry,
                   PublicWindows &public_windows, Metrics &metrics)
    : config_(config),
      backend_(backend),
      registry_(registry),
      public_windows_(public_windows),
      metrics_(metrics) {
  GST_DEBUG_CATEGORY_INIT(klive_sessions_debug, "klive-sessions", 0, "klive sessions");
}

Sessions::~Sessions() { *alive_ = nullptr; }

base::Result<void> Sessions::start() {
  auto description = load_description(config_.server.pipelines + "/passthrough.json");
  if (!description) return base::fail(std::move(description.error()));
  description_ = std::move(*description);
  if (config_.server.isolation == Isolation::kProcess)
    processes_ = std::make_unique<WorkerProcesses>(poller_, to_json(description_));
  refill_spare();
  if (!spare_) return base::fail(base::ErrorCode::kInternal, "no worker can be started");
  ticker_ = std::make_unique<Ticker>(kTickMs, [this] { tick(); });
  return {};
}

void Sessions::refill_spare() {
  if (spare_ && spare_->is_gone()) spare_.reset();
  if (spare_ || shutting_down_) return;
  auto worker = WorkerHandle::spawn(poller_, processes_.get(), config_.server.worker_memory);
  if (!worker) {
    GST_ERROR("%s", worker.error().message.c_str());
    return;
  }
  spare_ = std::move(*worker);
}

AdmissionAnswer Sessions::refuse(const AdmissionRequest &request, const char *metric,
                                 AdmissionRefusal refusal) {
  metrics_.count("klive_publish_refused_total", std::string("reason=\"") + metric + "\"");
  GST_WARNING_ID(request.entry.c_str(), "publication of \"%s\" from %s refused: %s",
                 request.stream_name.c_str(), request.remote_address.c_str(),
                 refusal.reason.c_str());
  return {.pipe = {}, .refusal = std::move(refusal)};
}

AdmissionAnswer Sessions::admit(const AdmissionRequest &request) {
  if (shutting_down_) {
    return refuse(request, "stopping",
                  {"NetStream.Publish.Rejected", "The server is stopping; try again."});
  }
  const std::string name = Session::publication_name(request);
  const auto known = sessions_.find(request.entry);
  const bool is_new = known == sessions_.end() || !known->second->publications.contains(name);
  if (is_new && are_descriptors_scarce()) {
    return refuse(
        request, "descriptors",
        {"NetStream.Publish.Rejected",
         "The server has too few file descriptors left for another publication. Its operator "
         "can raise the limit (LimitNOFILE, ulimit -n)."});
  }
  auto session = find_or_start(request.entry);
  if (!session) {
    return refuse(request, "worker", {"NetStream.Publish.Rejected", session.error().message});
  }
  if (const auto found = (*session)->publications.find(name);
      found != (*session)->publications.end()) {
    Publication &first = *found->second;
    const bool returns = host_of(first.remote_address) == host_of(request.remote_address) &&
                         first.token_id == request.token_id;
    if (!returns && first.ingest->silence_ns() < kSilentNs) {
      return refuse(request, "duplicate",
                    {"NetStream.Publish.BadName",
                     "Stream name is already in use: " + request.entry + "_" + request.stream_name +
                         " on the " + request.side + " side is being published from " +
                         host_of(first.remote_address) +
                         ". Stop that encoder, or wait until it has been silent "
                         "for 3 seconds."});
    }
    GST_INFO_ID(name.c_str(), "%s takes over from %s", request.remote_address.c_str(),
                first.remote_address.c_str());
    first.ingest->disconnect({"NetStream.Publish.BadName",
                              "Another encoder with the same token took over this stream name."});
    drop(**session, name, true);
  }

  auto pipe = MediaPipe::open();
  if (!pipe)
    return refuse(request, "internal", {"NetStream.Publish.Rejected", pipe.error().message});
  auto publication = std::make_unique<Publication>();
  publication->ingest = request.ingest;
  publication->side = request.side;
  publication->stream_name = request.stream_name;
  publication->remote_address = request.remote_address;
  publication->token_id = request.token_id;
  publication->flavor = request.flavor;
  publication->started_at = g_get_real_time() / 1'000'000;
  publication->pipe = *pipe;
  if ((*session)->worker) (*session)->worker->add_publication(name, {}, (*pipe)->read_fd());
  (*session)->publications[name] = std::move(publication);
  metrics_.count("klive_publications_total");
  GST_INFO_ID(name.c_str(), "published from %s", request.remote_address.c_str());
  publish_info(**session);
  return {.pipe = *pipe, .refusal = {}};
}

base::Result<Session *> Sessions::find_or_start(const std::string &entry, bool must_resume) {
  const auto found = sessions_.find(entry);
  if (found != sessions_.end() && !found->second->stopping) return found->second.get();
  if (found != sessions_.end()) {
    // Its worker is writing the end mark. Waiting for it here would stop everybody else.
    return base::fail(base::ErrorCode::kUnavailable,
                      "The last broadcast is being closed; try again.");
  }
  auto session = std::make_unique<Session>();
  session->entry = entry;
  if (auto given = give_worker(*session, must_resume); !given)
    return base::fail(std::move(given.error()));
  Session *started = session.get();
  sessions_[entry] = std::move(session);
  GST_INFO_ID(entry.c_str(), "on air");
  return started;
}

base::Result<std::string> Sessions::describe(const Entry &entry, bool resume) {
  const LiveEntry &live = registry_.find_or_add(entry.id);
  const int64_t epoch = live.presentation.epoch ? live.presentation.epoch->wall_ns : wall_now_ns();
  auto resolved = resolve(
      description_,
      entry_variables({.id = entry.id,
                       .epoch_ns = epoch,
                       .segment_duration_ns = entry.segment_duration_ms * 1'000'000,
                       .low_latency = entry.low_latency(),
                       .dvr_window_ns = entry.dvr ? entry.dvr_window_minutes * 60'000'000'000 : 0,
                       .resume = resume,
                       .live_root = registry_.live_root()}));
  if (!resolved) return base::fail(std::move(resolved.error()));
  return to_json(*resolved);
}

base::Result<void> Sessions::give_worker(Session &session, bool must_resume) {
  auto entry = backend_.entry(session.entry);
  if (!entry) return base::fail(std::move(entry.error()));
  LiveEntry &live = registry_.find_or_add(session.entry);
  live.low_latency = entry->low_latency();
  public_windows_.make(session.entry);
  // The wall clock may have been put right meanwhile: only who knows no better goes by it.
  const int64_t gap = wall_now_ns() - window_end_ns(live.presentation);
  const bool resume = live.presentation.on_air && (must_resume || session.is_continued ||
                                                   gap < config_.server.resume_window.ns);
  auto description = describe(*entry, resume);
  if (!description) return base::fail(std::move(description.error()));

  refill_spare();
  if (!spare_)
    return base::fail(base::ErrorCode::kUnavailable,
                      "The server cannot start a worker; see its log.");
  session.worker = std::move(spare_);
  session.deaths.born(Clock::now());
  session.has_begun = false;
  const std::string id = session.entry;
  session.worker->set_callbacks(
      {.event =
           [this, id](const std::string &line) {
             const auto event = manifest::read_event(line);
             if (!event) {
               GST_WARNING_ID(id.c_str(), "worker: %s", event.error().message.c_str());
               return;
             }
             if (const auto found = sessions_.find(id); found != sessions_.end())
               found->second->has_begun = found->second->is_continued = true;
             if (std::holds_alternative<manifest::SegmentAdded>(*event))
               metrics_.count("klive_segments_total");
             if (const auto *added = std::get_if<manifest::ChunkAdded>(&*event)) {
               metrics_.count("klive_chunks_total");
               metrics_.count("klive_frames_total", {}, added->samples);
             }
             if (const auto applied = registry_.apply(id, *event); !applied) {
               GST_WARNING_ID(id.c_str(), "worker: %s", applied.error().message.c_str());
             }
           },
       .publication_ended =
           [this, id](const std::string &name, const std::string &reason) {
             const auto found = sessions_.find(id);
             if (found == sessions_.end()) return;
             const auto publication = found->second->publications.find(name);
             if (publication == found->second->publications.end()) return;
             // The worker gave up on it while the encoder still sends.
             GST_WARNING_ID(name.c_str(), "%s", reason.c_str());
             publication->second->ingest->disconnect(
                 {"NetStream.Publish.Rejected", "The stream cannot be used: " + reason});
           },
       .warning =
           [this, id](const std::string &text) {
             GST_WARNING_ID(id.c_str(), "worker: %s", text.c_str());
             metrics_.count("klive_worker_warnings_total");
           },
       .disk_wait =
           [this, id](uint64_t ms) {
             if (const auto found = sessions_.find(id); found != sessions_.end())
               heard_disk_wait(*found->second, std::chrono::milliseconds(ms));
           },
       .gone = [this, id](const std::string &why) { worker_gone(id, why); }});
  if (session.worker->is_gone()) {
    session.worker.reset();
    return base::fail(base::ErrorCode::kUnavailable,
                      "The server's worker ended before it began; try again.");
  }
  session.worker->start(*description);
  for (auto &[name, publication] : session.publications)
    move_to_worker(session.entry, name, *publication);
  // Not now: the encoder is waiting for its answer.
  post(nullptr, [alive = alive_] {
    if (*alive) (*alive)->refill_spare();
  });
  return {};
}

/// What waits in the old pipe is cut somewhere inside a tag: the new worker gets a pipe of its own.
void Sessions::move_to_worker(const std::string &entry, const std::string &name,
                              Publication &publication) {
  auto pipe = MediaPipe::open();
  if (!pipe) {
    publication.ingest->disconnect({"NetStream.Publish.Rejected", pipe.error().message});
    return;
  }
  publication.pipe->discard();
  publication.pipe = *pipe;
  publication.progress = {};
  publication.ingest->redirect(*pipe, [this, entry, name, pipe = *pipe](const base::Bytes &header) {
    const auto session = sessions_.find(entry);
    if (session == sessions_.end() || !session->second->worker) return;
    const auto found = session->second->publications.find(name);
    if (found == session->second->publications.end() || found->second->pipe != pipe) return;
    session->second->worker->add_publication(name, header, pipe->read_fd());
  });
}

void Sessions::worker_gone(const std::string &entry, const std::string &why) {
  // Posted: the handle that is calling us is destroyed by what follows.
  post(nullptr, [alive = alive_, entry, why] {
    if (!*alive) return;
    Sessions &self = **alive;
    const auto found = self.sessions_.find(entry);
    if (found == self.sessions_.end()) return;
    Session &session = *found->second;
    if (!session.worker || !session.worker->is_gone()) return;
    session.worker.reset();
    if (session.stopping) {
      GST_INFO_ID(entry.c_str(), "off air");
      const bool is_deleted = session.deleted;
      self.sessions_.erase(found);
      if (is_deleted) self.remove_window(entry);
      return;
    }
    if (self.shutting_down_) return;
    const auto now = Clock::now();
    ++self.registry_.find_or_add(entry).worker_restarts;
    GST_ERROR_ID(entry.c_str(), "the worker is gone (%s); starting another", why.c_str());
    const WorkerDeaths::Verdict verdict = session.deaths.died(now);
    if (verdict.is_given_up) {
      session.disconnect_all({"NetStream.Publish.Rejected",
                              "The stream made the server's worker fail again and again; it was "
                              "ended. Check the encoder's settings and the server's log."});
    }
    session.respawn_at = now + verdict.wait;
    self.tick();
  });
}

void Sessions::drop(Session &session, const std::string &name, bool taken_over) {
  const auto found = session.publications.find(name);
  if (found == session.publications.end()) return;
  finished_bytes_ += found->second->ingest->bytes();
  if (taken_over) {
    // The old encoder may still send for a moment, and must be able to, to hear why it ends.
    found->second->pipe->discard();
    if (session.worker) session.worker->remove_publication(name);
  }
  session.publications.erase(found);
  if (session.publications.empty()) session.empty_since = Clock::now();
}

void Sessions::ended(const Ingest &ingest, const std::string &reason) {
  for (auto &[entry, session] : sessions_) {
    for (const auto &[name, publication] : session->publications) {
      if (publication->ingest != &ingest) continue;
      GST_INFO_ID(name.c_str(), "publication from %s ended: %s",
                  publication->remote_address.c_str(),
                  reason.empty() ? "the encoder stopped" : reason.c_str());
      drop(*session, std::string(name));
      publish_info(*session);
      return;
    }
  }
}

void Sessions::publish_info(const Session &session) {
  registry_.find_or_add(session.entry).publications = session.infos();
}

void Sessions::entry_changed(const std::string &entry) {
  const auto stored = backend_.entry(entry);
  const bool is_deleted = !stored && stored.error().code == base::ErrorCode::kNotFound;
  const auto found = sessions_.find(entry);
  if (found == sessions_.end()) {
    if (is_deleted) remove_window(entry);
    return;
  }
  // Nobody is punished for a backend that does not answer, or does not tell the token.
  if (!is_deleted && (!stored || stored->token.empty())) return;
  Session &session = *found->second;
  const std::string valid = stored ? token_id(stored->token) : std::string();
  std::vector<std::string> ended;
  for (const auto &[name, publication] : session.publications) {
    if (publication->token_id == valid) continue;
    publication->ingest->disconnect(
        {"NetStream.Publish.Rejected",
         stored ? "The token of entry " + entry + " was replaced; publish with the new one."
                : "Entry " + entry + " was deleted."});
    ended.push_back(name);
  }
  if (!is_deleted) return;
  for (const auto &name : ended) drop(session, name, true);
  session.deleted = session.stopping = true;
  if (session.worker) {
    session.worker->stop(true);
  } else {
    sessions_.erase(found);
    remove_window(entry);
  }
}

void Sessions::entry_revoked(const std::string &entry, const std::string &reason) {
  const auto found = sessions_.find(entry);
  if (found == sessions_.end()) return;
  found->second->disconnect_all({"NetStream.Publish.Rejected", reason});
}

/// The files of an entry that is no more.
void Sessions::remove_window(const std::string &entry) {
  registry_.remove(entry);
  std::error_code failed;
  std::filesystem::remove_all(registry_.live_root() + "/" + entry, failed);
  if (failed)
    GST_WARNING_ID(entry.c_str(), "its window stays on disk: %s", failed.message().c_str());
}

void Sessions::check_progress(Session &session) {
  const auto now = Clock::now();
  const Clock::duration stuck = session.look_at_progress(now);
  if (stuck >= kAskAfter) session.worker->ask();
  if (stuck < (session.has_begun ? kHangAfter : kBeginWithin)) return;
  session.forgive();
  metrics_.count("klive_worker_hangs_total");
  GST_ERROR_ID(session.entry.c_str(), "the worker makes no progress while bytes arrive");
  session.worker->kill();
}

/// A disk that is slow would be just as slow for another worker, which would begin with nothing.
void Sessions::heard_disk_wait(Session &session, std::chrono::milliseconds disk_wait) {
  if (disk_wait.count() > 0 && disk_wait <= kDiskPatience) session.forgive();
}

void Sessions::tick() {
  if (shutting_down_) return;
  const auto now = Clock::now();
  const auto resume_window = std::chrono::nanoseconds(config_.server.resume_window.ns);
  std::vector<std::string> over;
  for (auto &[entry, session] : sessions_) {
    if (!session->worker && now >= session->respawn_at) {
      if (auto given = give_worker(*session); !given) {
        GST_ERROR_ID(entry.c_str(), "%s", given.error().message.c_str());
        session->respawn_at = now + seconds(2);
        if (given.error().code == base::ErrorCode::kNotFound)
          over.push_back(entry);  // entry was deleted
      }
    }
    if (!session->worker || session->stopping) continue;
    if (!session->publications.empty()) {
      check_progress(*session);
    } else if (now - session->empty_since >= resume_window) {
      session->stopping = true;
      session->worker->stop(true);
    }
  }
  for (const auto &entry : over) sessions_.erase(entry);
  if (!stale_checked_ && now - started_ >= resume_window) {
    stale_checked_ = true;
    end_stale_sessions();
  }
}

/// Sessions that a former door left on air and that no encoder came back to.
void Sessions::end_stale_sessions() {
  std::vector<std::string> stale;
  for (const auto &[entry, live] : registry_.entries()) {
    if (live.presentation.on_air && !sessions_.count(entry)) stale.push_back(entry);
  }
  for (const auto &entry : stale) {
    auto session = find_or_start(entry, true);
    if (!session) continue;
    (*session)->stopping = true;
    (*session)->worker->stop(true);
  }
}

void Sessions::shut_down() {
  shutting_down_ = true;
  ticker_.reset();
  spare_.reset();
  for (auto &[entry, session] : sessions_) {
    session->disconnect_all({"NetConnection.Connect.Closed", "The server is stopping."});
    if (session->worker) session->worker->stop(false);
  }
  // Workers write what is open; a bounded wait, then whoever is left is killed by its handle.
  const auto deadline = Clock::now() + seconds(5);
  const auto alive = [](const auto &item) {
    return item.second->worker && !item.second->worker->is_gone();
  };
  while (std::any_of(sessions_.begin(), sessions_.end(), alive) && Clock::now() < deadline) {
    Ticker wake(50, [] {});
    g_main_context_iteration(nullptr, TRUE);
  }
  sessions_.clear();
}

size_t Sessions::publications() const {
  size_t count = 0;
  for (const auto &[entry, session] : sessions_) count += session->publications.size();
  return count;
}

uint64_t Sessions::silence_ns(const std::string &entry, std::string_view side) const {
  const auto found = sessions_.find(entry);
  return found == sessions_.end() ? std::numeric_limits<uint64_t>::max()
                                  : found->second->silence_ns(side);
}

uint64_t Sessions::bytes_received() const {
  uint64_t bytes = finished_bytes_;
  for (const auto &[entry, session] : sessions_) bytes += session->bytes();
  return bytes;
}

}  // namespace klive::app
