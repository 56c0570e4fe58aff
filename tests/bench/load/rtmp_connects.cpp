// SPDX-License-Identifier: LGPL-2.1-or-later
// rtmp-connects: how long it takes until a publication is accepted, and how many are in a second.
//
//   printf 'rtmp://127.0.0.1:1935/kLive?p=101&e=…&t=… 1\n' | rtmp-connects --at-once 50
//
// A line of standard input is a publication: URL, stream name. Each is connected, published and
// closed; one JSON object is printed at the end.
#include <glib.h>
#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "publisher.h"

namespace klive::load {
namespace {

constexpr int64_t kPatience = 10'000'000'000;  // ns for one of them

struct Attempt {
  std::unique_ptr<Publisher> publisher;
  int64_t begun_at = 0;
};

class Connects {
 public:
  Connects(std::vector<Target> targets, size_t at_once, bool to_connect, int rest_ms)
      : targets_(std::move(targets)),
        at_once_(at_once),
        to_connect_(to_connect),
        rest_us_(rest_ms * 1000UL) {}

  void run() {
    const int64_t begin = monotonic_ns();
    std::vector<Attempt> open;
    std::vector<pollfd> polled;
    while (next_ < targets_.size() || !open.empty()) {
      while (open.size() < at_once_ && next_ < targets_.size()) {
        g_usleep(rest_us_);
        open.push_back({std::make_unique<Publisher>(targets_[next_++], ""), monotonic_ns()});
      }
      polled.clear();
      for (const Attempt &attempt : open) {
        const bool wants_to_write = attempt.publisher->wants_to_write();
        polled.push_back({attempt.publisher->fd(),
                          static_cast<short>(POLLIN | (wants_to_write ? POLLOUT : 0)), 0});
      }
      if (poll(polled.data(), polled.size(), 1000) < 0) break;
      for (size_t i = polled.size(); i-- > 0;) {
        if (!is_over(open[i], polled[i].revents != 0)) continue;
        std::swap(open[i], open.back());
        open.pop_back();
      }
    }
    report(monotonic_ns() - begin);
  }

 private:
  bool is_over(Attempt &attempt, bool is_ready) {
    using Phase = Publisher::Phase;
    const bool is_open = !is_ready || attempt.publisher->go_on();
    const Phase phase = attempt.publisher->phase();
    const int64_t elapsed = monotonic_ns() - attempt.begun_at;
    const bool is_reached = to_connect_ ? phase >= Phase::kCreating && phase <= Phase::kPublished
                                        : phase == Phase::kPublished;
    if (is_reached) {
      times_.push_back(elapsed);
    } else if (!is_open || phase == Phase::kRefused || elapsed > kPatience) {
      ++failures_;
      failure_ = phase == Phase::kRefused ? attempt.publisher->refusal().description : "closed";
    } else {
      return false;
    }
    return true;
  }

  void report(int64_t elapsed) {
    std::sort(times_.begin(), times_.end());
    const auto at = [this](double part) {
      if (times_.empty()) return 0.0;
      const auto index = static_cast<size_t>(part * static_cast<double>(times_.size()));
      return static_cast<double>(times_[std::min(index, times_.size() - 1)]) / 1e6;
    };
    std::printf(
        "{\"done\":%zu,\"failures\":%zu,\"failure\":\"%s\",\"per_second\":%.1f,\"p50_ms\":%.3f,"
        "\"p90_ms\":%.3f,\"p99_ms\":%.3f}\n",
        times_.size(), failures_, failure_.c_str(),
        static_cast<double>(times_.size()) / (static_cast<double>(elapsed) / 1e9), at(0.5), at(0.9),
        at(0.99));
  }

  const std::vector<Target> targets_;
  const size_t at_once_;
  const bool to_connect_;
  const gulong rest_us_;
  size_t next_ = 0, failures_ = 0;
  std::string failure_;
  std::vector<int64_t> times_;
};

}  // namespace
}  // namespace klive::load

int main(int argc, char **argv) {
  using namespace klive::load;
  int at_once = 1, rest_ms = 0;
  gboolean to_connect = FALSE;
  const GOptionEntry entries[] = {
      {"at-once", 0, 0, G_OPTION_ARG_INT, &at_once, "connections open together", "N"},
      {"to-connect", 0, 0, G_OPTION_ARG_NONE, &to_connect, "until connect is answered, not publish",
       nullptr},
      {"rest", 0, 0, G_OPTION_ARG_INT, &rest_ms,
       "before each, so that what the one before it left behind is done", "MS"},
      {}};
  GOptionContext *context = g_option_context_new(nullptr);
  g_option_context_add_main_entries(context, entries, nullptr);
  GError *error = nullptr;
  const bool is_understood = g_option_context_parse(context, &argc, &argv, &error);
  g_option_context_free(context);
  std::vector<Target> targets;
  for (std::string url, stream; std::cin >> url >> stream;)
    targets.push_back(Target::parse(url, stream));
  const bool are_targets = std::all_of(targets.begin(), targets.end(),
                                       [](const Target &target) { return target.port != 0; });
  if (!is_understood || at_once < 1 || rest_ms < 0 || !are_targets) {
    std::fprintf(stderr, "rtmp-connects: %s\n", error ? error->message : "no such URL or number");
    return 2;
  }
  Connects(std::move(targets), static_cast<size_t>(at_once), to_connect, rest_ms).run();
  return 0;
}
