// SPDX-License-Identifier: LGPL-2.1-or-later
// rtmp-load: publishes synthetic streams in real time, all of them from one thread.
//
//   printf 'rtmp://127.0.0.1:1935/kLive?p=101&e=…&t=… 1\n' | rtmp-load --rate 2000000 --seconds 60
//
// A line of standard input is a publication: URL, stream name. One line of JSON is printed for each
// that is accepted, refused or ended by the server, and one at the end. Status 0: all were
// published to the end.
#include <glib.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <iostream>
#include <memory>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "flv_source.h"
#include "publisher.h"

namespace klive::load {
namespace {

constexpr int64_t kMillisecond = 1'000'000, kSecond = 1'000'000'000;

volatile sig_atomic_t g_is_interrupted = 0;  // set by a signal handler

struct Options {
  int rate = 2'000'000, audio_rate = 128'000, frame_rate = 30, key_interval = 60;
  int seconds = 0;      // 0: until a signal
  int per_second = 50;  // new connections
  int batch = 0;        // milliseconds
  gint64 counter = 0;
  gchar *source = nullptr;
};

struct Publication {
  Publication(const Target &target, const Options &options)
      : publisher(target, options.source ? options.source : ""),
        source({.rate = static_cast<uint32_t>(options.rate),
                .audio_rate = static_cast<uint32_t>(options.audio_rate),
                .frame_rate = static_cast<uint32_t>(options.frame_rate),
                .key_interval = static_cast<uint32_t>(options.key_interval),
                .counter = static_cast<uint64_t>(options.counter)}) {}
  Publisher publisher;
  FlvSource source;
  int64_t begun_at = 0;  // of the media; 0: not yet
  bool is_over = false;
  bool polls_write = true;
};

class Load {
 public:
  Load(const Options &options, std::vector<Target> targets)
      : options_(options), targets_(std::move(targets)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

  int run() {
    const int64_t begin = monotonic_ns();
    const int64_t end = options_.seconds ? begin + options_.seconds * kSecond : INT64_MAX;
    while (!g_is_interrupted) {
      int64_t now = monotonic_ns();
      if (now >= end || over_ == targets_.size()) break;
      open_due(now - begin);
      const int64_t wake = std::min(send_due(), end);
      now = monotonic_ns();
      // Up: a wait that is too short would spin.
      const int64_t wait = std::clamp<int64_t>((wake - now + kMillisecond - 1) / kMillisecond, 0,
                                               is_opening() ? 5 : 200);
      epoll_event events[256];
      const int count = epoll_wait(epoll_.get(), events, 256, static_cast<int>(wait));
      for (int i = 0; i < count; ++i) go_on(events[i].data.u32);
    }
    const bool is_whole = over_ == 0 && published_ == targets_.size();
    for (auto &publication : publications_)
      if (!publication->is_over) publication->publisher.unpublish();
    report(monotonic_ns() - begin);
    return is_whole ? 0 : 1;
  }

 private:
  using Due = std::pair<int64_t, uint32_t>;

  [[nodiscard]] bool is_opening() const { return publications_.size() < targets_.size(); }

  void open_due(int64_t elapsed) {
    const auto wanted = static_cast<size_t>(elapsed * options_.per_second / kSecond) + 1;
    while (is_opening() && publications_.size() < wanted) {
      const auto index = static_cast<uint32_t>(publications_.size());
      publications_.push_back(std::make_unique<Publication>(targets_[index], options_));
      epoll_event event{.events = EPOLLIN | EPOLLOUT, .data = {.u32 = index}};
      if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, publications_[index]->publisher.fd(), &event) != 0)
        end(index, "connect");
    }
  }

  /// Sends what is due; returns when the next frame is.
  int64_t send_due() {
    for (;;) {
      if (due_.empty()) return INT64_MAX;
      const auto [at, index] = due_.top();
      const int64_t now = monotonic_ns();
      if (at > now) return at;
      due_.pop();
      Publication &publication = *publications_[index];
      if (publication.is_over) continue;
      late_ = std::max(late_, now - at);
      bool is_open = true;
      while (is_open && publication.begun_at + publication.source.next_due() <= now) {
        const FlvSource::Tag tag = publication.source.next(unix_ns());
        is_open = publication.publisher.send_tag(tag.type, tag.timestamp, tag.body);
        ++frames_;
        bytes_ += tag.body.size();
      }
      most_unsent_ = std::max(most_unsent_, publication.publisher.unsent());
      if (!is_open) {
        end(index, "closed");
        continue;
      }
      poll_write(index);
      due_.emplace(next_wake(publication), index);
    }
  }

  [[nodiscard]] int64_t next_wake(const Publication &publication) const {
    const int64_t batch = options_.batch * kMillisecond;
    const int64_t due = publication.source.next_due();
    return publication.begun_at + (batch ? (due + batch - 1) / batch * batch : due);
  }

  void go_on(uint32_t index) {
    Publication &publication = *publications_[index];
    if (publication.is_over) return;
    const bool is_open = publication.publisher.go_on();
    if (publication.publisher.phase() == Publisher::Phase::kRefused) return end(index, "refused");
    if (!is_open) return end(index, "closed");
    if (publication.begun_at == 0 && publication.publisher.phase() == Publisher::Phase::kPublished)
      begin(index);
    poll_write(index);
  }

  void begin(uint32_t index) {
    Publication &publication = *publications_[index];
    ++published_;
    setup_.push_back(publication.publisher.setup_ns());
    std::printf("{\"event\":\"published\",\"publication\":%u,\"setup_ms\":%.3f,\"unix_ns\":%lld}\n",
                index, static_cast<double>(setup_.back()) / 1e6, static_cast<long long>(unix_ns()));
    std::fflush(stdout);
    publication.publisher.send_tag(rtmp::TagType::kScript, 0, publication.source.metadata());
    publication.publisher.send_tag(rtmp::TagType::kVideo, 0, publication.source.video_header());
    publication.publisher.send_tag(rtmp::TagType::kAudio, 0, FlvSource::audio_header());
    publication.begun_at = monotonic_ns();
    due_.emplace(publication.begun_at, index);
  }

  void poll_write(uint32_t index) {
    Publication &publication = *publications_[index];
    const bool wanted = publication.publisher.wants_to_write();
    if (wanted == publication.polls_write) return;
    publication.polls_write = wanted;
    epoll_event event{.events = EPOLLIN | (wanted ? EPOLLOUT : 0u), .data = {.u32 = index}};
    epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, publication.publisher.fd(), &event);
  }

  void end(uint32_t index, const char *reason) {
    Publication &publication = *publications_[index];
    publication.is_over = true;
    ++over_;
    if (publication.publisher.fd() >= 0)
      epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, publication.publisher.fd(), nullptr);
    const rtmp::Refusal &refusal = publication.publisher.refusal();
    gchar *description = g_strescape(refusal.description.c_str(), nullptr);
    std::printf("{\"event\":\"%s\",\"publication\":%u,\"code\":\"%s\",\"description\":\"%s\"}\n",
                reason, index, refusal.code.c_str(), description);
    g_free(description);
    std::fflush(stdout);
  }

  void report(int64_t elapsed) {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval &time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    std::sort(setup_.begin(), setup_.end());
    std::printf(
        "{\"event\":\"summary\",\"published\":%zu,\"over\":%zu,\"frames\":%llu,\"bytes\":%llu,"
        "\"seconds\":%.3f,\"cpu\":%.4f,\"setup_p50_ms\":%.3f,\"most_unsent\":%zu,\"late_ms\":%.1f}"
        "\n",
        published_, over_, static_cast<unsigned long long>(frames_),
        static_cast<unsigned long long>(bytes_), static_cast<double>(elapsed) / 1e9,
        (seconds(used.ru_utime) + seconds(used.ru_stime)) / (static_cast<double>(elapsed) / 1e9),
        setup_.empty() ? 0.0 : static_cast<double>(setup_[setup_.size() / 2]) / 1e6, most_unsent_,
        static_cast<double>(late_) / 1e6);
  }

  const Options options_;
  const std::vector<Target> targets_;
  gst::UniqueFd epoll_;
  std::vector<std::unique_ptr<Publication>> publications_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::vector<int64_t> setup_;
  size_t published_ = 0, over_ = 0, most_unsent_ = 0;
  uint64_t frames_ = 0, bytes_ = 0;
  int64_t late_ = 0;
};

}  // namespace
}  // namespace klive::load

int main(int argc, char **argv) {
  using namespace klive::load;
  Options options;
  const GOptionEntry entries[] = {
      {"rate", 0, 0, G_OPTION_ARG_INT, &options.rate, "bit/s of each, audio with it", "RATE"},
      {"audio-rate", 0, 0, G_OPTION_ARG_INT, &options.audio_rate, "bit/s of the audio", "RATE"},
      {"frame-rate", 0, 0, G_OPTION_ARG_INT, &options.frame_rate, "frames per second", "N"},
      {"key-interval", 0, 0, G_OPTION_ARG_INT, &options.key_interval, "frames", "N"},
      {"seconds", 0, 0, G_OPTION_ARG_INT, &options.seconds, "how long; 0: until a signal", "N"},
      {"per-second", 0, 0, G_OPTION_ARG_INT, &options.per_second, "new connections", "N"},
      {"batch", 0, 0, G_OPTION_ARG_INT, &options.batch, "send so often; 0: every frame at its time",
       "MILLISECONDS"},
      {"counter", 0, 0, G_OPTION_ARG_INT64, &options.counter, "of the first frames", "N"},
      {"source", 0, 0, G_OPTION_ARG_STRING, &options.source, "address to connect from", "ADDRESS"},
      {}};
  GOptionContext *context = g_option_context_new(nullptr);
  g_option_context_add_main_entries(context, entries, nullptr);
  GError *error = nullptr;
  const bool is_understood = g_option_context_parse(context, &argc, &argv, &error);
  g_option_context_free(context);
  if (!is_understood || options.frame_rate < 1 || options.key_interval < 1 ||
      options.per_second < 1 || options.rate <= options.audio_rate) {
    std::fprintf(stderr, "rtmp-load: %s\n", error ? error->message : "a number is out of range");
    return 2;
  }
  std::vector<Target> targets;
  for (std::string url, stream; std::cin >> url >> stream;) {
    targets.push_back(Target::parse(url, stream));
    if (targets.back().port == 0) {
      std::fprintf(stderr, "rtmp-load: line %zu is no rtmp:// URL with a port\n", targets.size());
      return 2;
    }
  }
  struct sigaction action {};
  action.sa_handler = [](int) { g_is_interrupted = 1; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  const int status = Load(options, std::move(targets)).run();
  g_free(options.source);
  return status;
}
