// SPDX-License-Identifier: LGPL-2.1-or-later
// ShownEntries: what of an entry is shown to whoever asks for it at an address.
#include "http/shown_entries.h"

namespace klive::app::http {

const LiveEntry *ShownEntries::find(const Route &route) { return find(route.entry, route.is_main); }

const LiveEntry *ShownEntries::find(const std::string &entry, bool is_main) {
  const LiveEntry *live = registry_.find(entry);
  return live == nullptr ? nullptr : &of(*live, is_main);
}

const LiveEntry &ShownEntries::of(const LiveEntry &entry, bool is_main) {
  if (is_main || !showing_of_) return entry;
  const Showing showing = showing_of_(entry.id);
  if (!showing.is_limited) return entry;
  Part &part = parts_[entry.id];
  if (part.of_version == entry.version && part.showing == showing) return part.entry;
  part.of_version = entry.version;
  part.showing = showing;
  part.entry = entry;
  part.entry.presentation = manifest::cut(entry.presentation, showing.time);
  // A version of its own: it changes with the time that is shown, too.
  part.entry.version = next_version_++;
  return part.entry;
}

bool ShownEntries::is_all(const std::string &entry) const {
  return !showing_of_ || !showing_of_(entry).is_limited;
}

}  // namespace klive::app::http
