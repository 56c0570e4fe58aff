// SPDX-License-Identifier: LGPL-2.1-or-later
// Text inside of XML and HTML.
#pragma once

#include <string>
#include <string_view>

namespace klive::base {

/// Appends a text so that it stands for itself, between tags and in quoted attributes. Control
/// characters that XML 1.0 (section 2.2) has no place for, not even escaped, are left out.
inline void append_markup(std::string &out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";  // HTML 4 has no &apos;
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n') out += c;
    }
  }
}

}  // namespace klive::base
