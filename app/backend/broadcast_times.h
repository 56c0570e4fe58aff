// SPDX-License-Identifier: LGPL-2.1-or-later
// What an entry remembers of its broadcasts: when they began and ended, and that a preview begins
// anew with the next one.
#pragma once

#include <cstdint>
#include <string>

#include "backend/entry_store.h"

namespace klive::app {

/// `now` in Unix seconds. An entry that is not there any more is no error.
[[nodiscard]] base::Result<void> note_broadcast_began(EntryStore &entries, const std::string &entry,
                                                      int64_t now);
[[nodiscard]] base::Result<void> note_broadcast_ended(EntryStore &entries, const std::string &entry,
                                                      int64_t now);

}  // namespace klive::app
