// SPDX-License-Identifier: LGPL-2.1-or-later
// faultshim: a bad disk and a wrong clock for one program and its children, through LD_PRELOAD.
//
// FAULTSHIM names a file that faults.py writes and all processes share: what happens to which
// operation on which files under …/live/, and by how much the wall clock is off. It can change at
// any moment.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

enum Operation : uint32_t {
  kOpen = 1,
  kWrite = 2,
  kSync = 4,
  kRename = 8,
  kLink = 16,
  kRemove = 32,
  kFolder = 64
};

/// The layout of the file; faults.py has it too.
struct Control {
  std::atomic<uint32_t> operations;  ///< that are touched
  std::atomic<int32_t> error;        ///< errno they fail with; 0: they do not fail
  std::atomic<uint32_t> stall_ms;    ///< that they take longer
  std::atomic<int32_t> left;         ///< how many are touched; negative: all
  std::atomic<uint32_t> hits;        ///< how many were
  std::atomic<uint32_t> skipped;     ///< operations that succeed without being done
  std::atomic<int64_t> clock_ns;     ///< added to the wall clock
  std::atomic<int64_t> room;         ///< bytes that may still be written; LLONG_MAX: any number
  char match[80];                    ///< only files with this in their path
};

Control *mapped = nullptr;
Control *control() { return mapped; }

/// Before main(), with system calls: ours must not find themselves half made.
__attribute__((constructor)) void map_control() {
  const char *path = std::getenv("FAULTSHIM");
  const auto fd =
      path ? static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC)) : -1;
  if (fd < 0) return;
  void *memory = mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (memory != MAP_FAILED) mapped = static_cast<Control *>(memory);
}

template <typename Function>
Function *next(Function *, const char *name) {
  return reinterpret_cast<Function *>(dlsym(RTLD_NEXT, name));
}
/// libc's own, looked up once for each place that uses it.
#define NEXT(name)                                \
  ([] {                                           \
    static auto *const real = next(&name, #name); \
    return real;                                  \
  }())

bool is_media(const char *path) { return path && std::strstr(path, "/live/"); }

/// The path of an open file.
struct PathOf {
  explicit PathOf(int fd) {
    char link[32];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
  }
  char path[PATH_MAX];
};

/// What becomes of an operation: 0, or the errno to fail with. Takes its time.
int fault(Operation operation, const char *path) {
  Control *now = control();
  if (!now || !(now->operations.load() & operation) || !is_media(path) ||
      !std::strstr(path, now->match))
    return 0;
  int32_t left = now->left.load();
  do {
    if (left == 0) return 0;
  } while (left > 0 && !now->left.compare_exchange_weak(left, left - 1));
  ++now->hits;
  if (const uint32_t stall = now->stall_ms.load()) {
    const timespec time{stall / 1000, static_cast<long>(stall % 1000) * 1'000'000};
    nanosleep(&time, nullptr);
  }
  return now->error.load();
}

bool is_skipped(Operation operation) { return control() && (control()->skipped & operation); }

bool is_limited() { return control() && control()->room.load() != LLONG_MAX; }

/// The bytes that its last name gives back.
void give_back(const char *path, bool all) {
  struct stat info;
  if (is_limited() && is_media(path) && lstat(path, &info) == 0 && S_ISREG(info.st_mode) &&
      (all || info.st_nlink == 1))
    control()->room += info.st_size;
}

/// How many of `size` bytes the disk still takes; they are taken.
size_t room_for(const char *path, size_t size) {
  if (!is_limited() || !is_media(path)) return size;
  int64_t room = control()->room.load();
  int64_t taken = 0;
  do {
    taken = std::clamp<int64_t>(room, 0, static_cast<int64_t>(size));
  } while (!control()->room.compare_exchange_weak(room, room - taken));
  return static_cast<size_t>(taken);
}

#define FAIL_IF(error_expression)         \
  do {                                    \
    if (const int e = error_expression) { \
      errno = e;                          \
      return -1;                          \
    }                                     \
  } while (0)

int opened(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
  if (flags & (O_CREAT | O_WRONLY | O_RDWR)) {
    FAIL_IF(fault(kOpen, path));
    if (flags & O_TRUNC) give_back(path, true);
  }
  return real(path, flags, mode);
}

template <typename Write>
ssize_t written(int fd, size_t size, Write write_some) {
  if (!control() || (!control()->operations.load() && !is_limited())) return write_some(size);
  const PathOf of(fd);
  FAIL_IF(fault(kWrite, of.path));
  const size_t room = room_for(of.path, size);
  FAIL_IF(room == 0 && size > 0 ? ENOSPC : 0);
  return write_some(room);
}

timespec moved(timespec time) {
  if (!control()) return time;
  const int64_t ns =
      int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec + control()->clock_ns.load();
  return {ns / 1'000'000'000, static_cast<long>(ns % 1'000'000'000)};
}

}  // namespace

extern "C" {

int open(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
  va_end(list);
  return opened(NEXT(open), path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
  va_end(list);
  return opened(NEXT(open64), path, flags, mode);
}

ssize_t write(int fd, const void *data, size_t size) {
  return written(fd, size, [&](size_t some) { return NEXT(write)(fd, data, some); });
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  return written(fd, size, [&](size_t some) { return NEXT(pwrite)(fd, data, some, at); });
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  return written(fd, size, [&](size_t some) { return NEXT(pwrite64)(fd, data, some, at); });
}

ssize_t writev(int fd, const iovec *parts, int count) {
  size_t size = 0;
  for (int i = 0; i < count; ++i) size += parts[i].iov_len;
  return written(fd, size, [&](size_t some) {
    // A short write ends with a whole part, or within the first one.
    int fitting = 0;
    size_t sum = 0;
    while (fitting < count && sum + parts[fitting].iov_len <= some) sum += parts[fitting++].iov_len;
    return fitting > 0 ? NEXT(writev)(fd, parts, fitting)
                       : NEXT(write)(fd, parts[0].iov_base, some);
  });
}

int fsync(int fd) {
  if (is_skipped(kSync)) return 0;
  FAIL_IF(fault(kSync, PathOf(fd).path));
  return NEXT(fsync)(fd);
}

int fdatasync(int fd) {
  if (is_skipped(kSync)) return 0;
  FAIL_IF(fault(kSync, PathOf(fd).path));
  return NEXT(fdatasync)(fd);
}

int rename(const char *from, const char *to) {
  FAIL_IF(fault(kRename, to));
  give_back(to, false);
  return NEXT(rename)(from, to);
}

int link(const char *from, const char *to) {
  FAIL_IF(fault(kLink, to));
  return NEXT(link)(from, to);
}

int unlink(const char *path) {
  FAIL_IF(fault(kRemove, path));
  give_back(path, false);
  return NEXT(unlink)(path);
}

int mkdir(const char *path, mode_t mode) {
  FAIL_IF(fault(kFolder, path));
  return NEXT(mkdir)(path, mode);
}

int clock_gettime(clockid_t clock, timespec *time) {
  const int status = NEXT(clock_gettime)(clock, time);
  if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    *time = moved(*time);
  return status;
}

int gettimeofday(timeval *time, void *) {
  timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

time_t time(time_t *out) {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}

}  // extern "C"
