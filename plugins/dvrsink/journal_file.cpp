// SPDX-License-Identifier: LGPL-2.1-or-later
// Reading and writing segments.log.
#include "journal_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace klive::dvr {
namespace {

// A day of 1 s segments of sixteen tracks is a fifth of this.
constexpr off_t kLargestJournal = off_t{1} << 30;

base::Result<std::string> read_text(const std::string &path) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    if (errno == ENOENT) return std::string();
    return disk_failure(errno, "reading " + path);
  }
  struct stat status {};
  if (fstat(file.fd(), &status) != 0) return disk_failure(errno, "reading " + path);
  if (status.st_size > kLargestJournal)
    return base::fail(base::ErrorCode::kTooLarge, path + " is larger than a journal can be");
  std::string text(static_cast<size_t>(status.st_size), '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = read(file.fd(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return disk_failure(errno, "reading " + path);
    if (count == 0) break;
    size += static_cast<size_t>(count);
  }
  text.resize(size);
  return text;
}

std::string join(const std::vector<manifest::Event> &events) {
  std::string text;
  for (const manifest::Event &event : events) {
    text += manifest::write_event(event);
    text += '\n';
  }
  return text;
}

}  // namespace

base::Result<JournalContents> read_journal(const std::string &path) {
  auto text = read_text(path);
  if (!text) return base::fail(std::move(text).error());
  JournalContents contents;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    if (end == std::string_view::npos) {
      contents.is_torn = true;
      break;
    }
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    const auto event = manifest::read_event(line);
    if (event && contents.presentation.apply(*event)) {
      ++contents.lines;
    } else {
      contents.bad.emplace_back(line);
    }
  }
  return contents;
}

int JournalFile::open() {
  if (file_.is_open()) return 0;
  return disk_.open(path_, O_APPEND, file_);
}

base::Result<void> JournalFile::append(const std::vector<manifest::Event> &events, bool durable) {
  if (events.empty()) return {};
  int error = open();
  if (error != 0) return disk_failure(error, "opening " + path_);
  struct stat before {};
  if (fstat(file_.fd(), &before) != 0) return disk_failure(errno, "appending to " + path_);
  error = disk_.write(file_, base::as_bytes(join(events)));
  if (error != 0) {
    // Half a line would spoil the next one.
    (void)!ftruncate(file_.fd(), before.st_size);
    return disk_failure(error, "appending to " + path_);
  }
  lines_ += events.size();
  if (durable) error = disk_.sync(file_);
  if (error != 0) return disk_failure(error, "flushing " + path_);
  return {};
}

base::Result<void> JournalFile::rewrite(const std::vector<manifest::Event> &events) {
  auto written = replace_file(disk_, path_, base::as_bytes(join(events)), true);
  if (!written) return written;
  sync_folder(path_.substr(0, path_.rfind('/')));
  file_ = File();  // the old file has no name any more
  lines_ = events.size();
  return {};
}

}  // namespace klive::dvr
