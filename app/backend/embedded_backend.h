// SPDX-License-Identifier: LGPL-2.1-or-later
// EmbeddedBackend: the Backend over the embedded stores.
#pragma once

#include <memory>

#include "backend/backend.h"
#include "backend/entry_store.h"
#include "backend/profile_store.h"
#include "backend/showing.h"

namespace klive::app {

/// The stores and `showings`, which forgets what changes, outlive it and its authenticator. Sets
/// the entry store's on_change().
[[nodiscard]] std::unique_ptr<Backend> make_embedded_backend(EntryStore &entries,
                                                             ProfileStore &profiles,
                                                             Showings &showings,
                                                             RefusalCounter counter);

}  // namespace klive::app
