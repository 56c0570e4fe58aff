// SPDX-License-Identifier: LGPL-2.1-or-later
// Packets of the control channel: a worker that was taken over may say anything to the door.
#include <cstdlib>

#include "worker/control.h"

using namespace klive::app::control;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const auto message = decode({data, size});
  if (!message) return 0;
  const auto again = decode(encode(*message));
  if (!again || again->index() != message->index()) std::abort();
  return 0;
}
