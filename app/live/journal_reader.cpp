// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads an entry's segments.log into a Presentation.
#include "live/journal_reader.h"

#include <gio/gio.h>

#include <memory>
#include <string_view>

#include "klive/ptr.h"

namespace klive::app {
namespace {

// A week of one-second segments on a dozen tracks stays far below; more is not a journal.
constexpr goffset kMaxJournal = goffset{1} << 30;

struct MappedFileUnref {
  void operator()(GMappedFile *file) const { g_mapped_file_unref(file); }
};

}  // namespace

base::Result<Journal> read_journal(const std::string &path) {
  GError *raw_error = nullptr;
  // Mapped, not read: at start-up all entries' journals are gone through one after the other.
  const std::unique_ptr<GMappedFile, MappedFileUnref> file(
      g_mapped_file_new(path.c_str(), FALSE, &raw_error));
  const gst::ErrorPtr error(raw_error);
  if (!file) return base::fail(base::ErrorCode::kIo, error->message);
  const auto size = g_mapped_file_get_length(file.get());
  if (size > static_cast<gsize>(kMaxJournal))
    return base::fail(base::ErrorCode::kTooLarge, path + " is larger than a journal can be");

  std::string_view text(size > 0 ? g_mapped_file_get_contents(file.get()) : "", size);
  Journal journal;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const bool is_torn = end == std::string_view::npos;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(is_torn ? text.size() : end + 1);
    if (line.empty()) continue;
    const auto event = manifest::read_event(line);
    if (event && journal.presentation.apply(*event)) {
      ++journal.lines;
    } else if (!is_torn) {
      ++journal.damaged;
    }
  }
  if (journal.lines == 0)
    return base::fail(base::ErrorCode::kInvalid, path + " holds no readable line");
  return journal;
}

}  // namespace klive::app
