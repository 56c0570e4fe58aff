// SPDX-License-Identifier: LGPL-2.1-or-later
// EmbeddedBackend: the Backend over the embedded stores.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "backend/backend.h"
#include "backend/entry_store.h"
#include "backend/profile_store.h"

namespace klive::app {

/// Called at once, on whatever thread changed the entry: who is answered that a preview ended can
/// rely on it.
using EntryChanged = std::function<void(const std::string &entry)>;

/// The stores, and what `changed` uses, outlive it and its authenticator. Sets the entry store's
/// on_change().
[[nodiscard]] std::unique_ptr<Backend> make_embedded_backend(EntryStore &entries,
                                                             ProfileStore &profiles,
                                                             EntryChanged changed,
                                                             RefusalCounter counter);

}  // namespace klive::app
