// SPDX-License-Identifier: LGPL-2.1-or-later
// Locked<T>: data that cannot be reached without holding its mutex.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace klive::base {

/// Thread-safe box. `auto state = box.lock(); state->x = 1;` Never call out (push, emit, post) with
/// the guard alive.
template <typename T>
class Locked {
 public:
  class Guard {
   public:
    T *operator->() { return &data_; }
    T &operator*() { return data_; }

   private:
    friend class Locked;
    Guard(std::mutex &mutex, T &data) : lock_(mutex), data_(data) {}
    std::unique_lock<std::mutex> lock_;
    T &data_;
  };

  Locked() = default;
  explicit Locked(T data) : data_(std::move(data)) {}

  [[nodiscard]] Guard lock() { return Guard(mutex_, data_); }

  /// Waits until `condition(data)` holds or `deadline` passes; tells whether it holds. Woken by
  /// notify().
  template <typename Condition>
  bool wait_until(Guard &guard, std::chrono::steady_clock::time_point deadline,
                  Condition condition) {
    return changed_.wait_until(guard.lock_, deadline, [&] { return condition(guard.data_); });
  }
  template <typename Condition>
  void wait(Guard &guard, Condition condition) {
    changed_.wait(guard.lock_, [&] { return condition(guard.data_); });
  }
  void notify() { changed_.notify_all(); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  T data_{};
};

}  // namespace klive::base
