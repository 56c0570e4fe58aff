# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes a text file as a C++ header: embed.py IN OUT."""
import pathlib
import sys

text = pathlib.Path(sys.argv[1]).read_text()
pathlib.Path(sys.argv[2]).write_text(f"""// Made of {pathlib.Path(sys.argv[1]).name}.
#pragma once

#include <string_view>

namespace klive {{
inline constexpr std::string_view kLiveProfilesJson = R"json({text})json";
}}  // namespace klive
""")
