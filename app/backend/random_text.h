// SPDX-License-Identifier: LGPL-2.1-or-later
// Random text from the kernel: tokens, secrets, ids.
#pragma once

#include <string>

namespace klive::app {

[[nodiscard]] std::string random_hex(size_t digits);
/// Of 0-9 and a-z, all equally likely.
[[nodiscard]] std::string random_alnum(size_t characters);

}  // namespace klive::app
