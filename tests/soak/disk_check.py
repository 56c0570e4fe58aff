# SPDX-License-Identifier: LGPL-2.1-or-later
"""DiskCheck: an entry keeps its window, a tenth more, and what is being written."""
import os

from published_entry import RATE, SEGMENT

WINDOW = 120   # seconds
MOST = int(RATE / 8 * 1.05 * (WINDOW * 1.1 + 3 * SEGMENT)) + 256 * 1024   # bytes; 5 % are CMAF's, the rest is texts


class DiskCheck:
    def __init__(self, live_root):
        self.live_root = live_root
        self.largest = 0

    def check(self, entry):
        size = self.size(entry)
        self.largest = max(self.largest, size)
        assert size <= MOST, f"{entry.id} has {size} bytes on disk, {MOST} are its window and a tenth"

    def size(self, entry):
        files = {}
        for folder, _, names in os.walk(self.live_root / entry.id):
            for each in names:
                try:
                    status = os.lstat(os.path.join(folder, each))
                except FileNotFoundError:
                    continue
                files[status.st_ino] = status.st_size   # a segment has two names
        return sum(files.values())
