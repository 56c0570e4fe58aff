// SPDX-License-Identifier: LGPL-2.1-or-later
// Random text from the kernel: tokens, secrets, ids.
#include "backend/random_text.h"

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace klive::app {
namespace {

std::string random_of(std::string_view letters, size_t count) {
  // Bytes past the last whole run of the alphabet would make its first letters likelier.
  const size_t usable = 256 / letters.size() * letters.size();
  std::string out;
  while (out.size() < count) {
    uint8_t byte = 0;
    if (getentropy(&byte, 1) != 0) std::abort();  // fails for a bad pointer only
    if (byte < usable) out.push_back(letters[byte % letters.size()]);
  }
  return out;
}

}  // namespace

std::string random_hex(size_t digits) { return random_of("0123456789abcdef", digits); }

std::string random_alnum(size_t characters) {
  return random_of("0123456789abcdefghijklmnopqrstuvwxyz", characters);
}

}  // namespace klive::app
