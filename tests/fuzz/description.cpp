// SPDX-License-Identifier: LGPL-2.1-or-later
// Fuzz target: a pipeline description as text, read, resolved and written again.
#include "worker/description.h"

#include <cstdint>

#include "worker/entry_variables.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const auto description =
      klive::app::parse_description({reinterpret_cast<const char *>(data), size}, "fuzz");
  if (!description) return 0;
  const auto resolved =
      klive::app::resolve(*description, klive::app::entry_variables({.id = "1_example0"}));
  if (!resolved) return 0;
  (void)klive::app::to_launch_line(*resolved);
  // What we write, we must be able to read.
  if (!klive::app::parse_description(klive::app::to_json(*resolved), "again")) __builtin_trap();
  return 0;
}
