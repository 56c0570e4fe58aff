// SPDX-License-Identifier: LGPL-2.1-or-later
// The Authenticator over the embedded EntryStore.
#pragma once

#include <memory>

#include "backend/backend.h"
#include "backend/entry_store.h"
#include "backend/profile_store.h"
#include "klive/authenticator.h"

namespace klive::app {

/// The stores outlive the authenticator.
[[nodiscard]] std::shared_ptr<gst::Authenticator> make_embedded_authenticator(
    EntryStore &store, ProfileStore &profiles, RefusalCounter counter);

}  // namespace klive::app
