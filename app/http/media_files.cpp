// SPDX-License-Identifier: LGPL-2.1-or-later
// MediaFiles: files below ROOT/live as shared bytes.
#include "http/media_files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>

#include "klive/unique_fd.h"

namespace klive::app::http {
namespace {

constexpr size_t kMaxFiles = 1024;
constexpr int64_t kUnusedAfter = 15 * G_USEC_PER_SEC;

struct MappedFileUnref {
  void operator()(GMappedFile *file) const { g_mapped_file_unref(file); }
};

}  // namespace

MediaFiles::MediaFiles(std::string live_root) : live_root_(std::move(live_root)) {}

std::optional<MediaFiles::File> MediaFiles::open(const std::string &entry, const std::string &track,
                                                 const std::string &name, uint64_t needed) {
  std::string path;
  path.reserve(live_root_.size() + entry.size() + track.size() + name.size() + 3);
  path.append(live_root_)
      .append("/")
      .append(entry)
      .append("/")
      .append(track)
      .append("/")
      .append(name);
  const int64_t now = g_get_monotonic_time();
  const auto known = files_.find(path);
  if (known != files_.end() && g_bytes_get_size(known->second.file.bytes.get()) >= needed) {
    known->second.used = now;
    return known->second.file;
  }
  auto file = map(path);
  if (!file || g_bytes_get_size(file->bytes.get()) < needed) return {};
  if (files_.size() >= kMaxFiles) make_room();
  files_[path] = {*file, now};
  return file;
}

std::optional<MediaFiles::File> MediaFiles::map(const std::string &path) {
  const gst::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat about {};
  if (fd.get() < 0 || fstat(fd.get(), &about) != 0 || !S_ISREG(about.st_mode)) return {};
  const std::unique_ptr<GMappedFile, MappedFileUnref> mapped(
      g_mapped_file_new_from_fd(fd.get(), FALSE, nullptr));
  if (!mapped) return {};
  const gsize size = g_mapped_file_get_length(mapped.get());
  // A viewer far back in the window: have the disk read ahead instead of faulting page by page.
  if (size > 0) madvise(g_mapped_file_get_contents(mapped.get()), size, MADV_WILLNEED);
  const gst::CharPtr etag(g_strdup_printf("\"%lx-%zx\"", static_cast<unsigned long>(about.st_mtime),
                                          static_cast<size_t>(size)));
  return File{gst::Ptr<GBytes>::take(g_mapped_file_get_bytes(mapped.get())), etag.get()};
}

void MediaFiles::forget_unused() {
  const int64_t now = g_get_monotonic_time();
  std::erase_if(files_, [now](const auto &item) { return now - item.second.used > kUnusedAfter; });
}

void MediaFiles::forget(const std::string &entry) {
  const std::string folder = live_root_ + "/" + entry + "/";
  std::erase_if(files_, [&folder](const auto &item) { return item.first.starts_with(folder); });
}

void MediaFiles::make_room() {
  forget_unused();
  if (files_.size() < kMaxFiles) return;
  files_.erase(std::min_element(files_.begin(), files_.end(), [](const auto &a, const auto &b) {
    return a.second.used < b.second.used;
  }));
}

}  // namespace klive::app::http
