// SPDX-License-Identifier: LGPL-2.1-or-later
// What an entry remembers of its broadcasts.
#include "backend/broadcast_times.h"

#include "backend/showing.h"

namespace klive::app {
namespace {

using kaltura::Value;

constexpr int64_t kRecordingStopped = 0;  // Kaltura's RecordingStatus

base::Result<void> change(EntryStore &entries, const std::string &entry,
                          const ObjectStore::Change &how) {
  auto changed = entries.objects().update(kind::kEntry, entry, how);
  if (changed || changed.error().code == base::ErrorCode::kNotFound) return {};
  return base::fail(std::move(changed).error());
}

}  // namespace

base::Result<void> note_broadcast_began(EntryStore &entries, const std::string &entry,
                                        int64_t now) {
  return change(entries, entry, [now](Value &document) -> base::Result<void> {
    if (document.integer_of("firstBroadcast") == 0) document["firstBroadcast"] = now;
    document["lastBroadcast"] = now;
    return {};
  });
}

base::Result<void> note_broadcast_ended(EntryStore &entries, const std::string &entry,
                                        int64_t now) {
  return change(entries, entry, [now](Value &document) -> base::Result<void> {
    document["lastBroadcastEndTime"] = now;
    if (document.integer_of("explicitLive") == 1) {
      set_view_mode(document, kViewPreview, now * 1000);
      document["recordingStatus"] = kRecordingStopped;
    }
    return {};
  });
}

}  // namespace klive::app
