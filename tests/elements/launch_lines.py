#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the example launch lines of elements' documentation, in somebody else's program.

usage: launch_lines.py FOREIGN-PROGRAM SOURCE...
"""
import re
import subprocess
import sys

failed = False
for source in sys.argv[2:]:
    with open(source, encoding="utf-8") as text:
        blocks = re.findall(r"\|\[(.*?)\]\|", text.read(), re.DOTALL)
    lines = [" ".join(re.sub(r"^\s*\*", "", row).strip() for row in block.strip().splitlines()) for block in blocks]
    lines = [line.removeprefix("gst-launch-1.0 ") for line in lines if line.startswith("gst-launch-1.0 ")]
    if not lines:
        print(f"{source}: no launch line")
        failed = True
    for line in lines:
        print(line)
        failed |= subprocess.run([sys.argv[1], line], timeout=60).returncode != 0
sys.exit(failed)
