// SPDX-License-Identifier: LGPL-2.1-or-later
// The Authenticator over the embedded EntryStore.
#pragma once

#include <functional>
#include <memory>

#include "backend/entry_store.h"
#include "backend/profile_store.h"
#include "klive/authenticator.h"

namespace klive::app {

/// Counts refusals for /metrics: called with "token", "entry", … on streaming threads; must be
/// thread-safe.
using RefusalCounter = std::function<void(const char *reason)>;

/// The stores outlive the authenticator.
[[nodiscard]] std::shared_ptr<gst::Authenticator> make_embedded_authenticator(
    EntryStore &store, ProfileStore &profiles, RefusalCounter counter);

}  // namespace klive::app
