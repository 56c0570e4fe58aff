# SPDX-License-Identifier: LGPL-2.1-or-later
"""LogCheck: reads the service's log as it grows: no token in it, no critical, no error but those of the faults."""
import re

BAD = re.compile(r"CRITICAL|assert|AddressSanitizer|runtime error|GLib[A-Za-z-]*-WARNING|LeakSanitizer", re.IGNORECASE)
ERROR = re.compile(r"\bERROR\b")
EXPECTED = re.compile(r"the worker is gone|the worker makes no progress")
OF_A_FULL_DISK = re.compile(r"[Dd]isk|No space left|klivedvrsink|SQLite|database")


class LogCheck:
    def __init__(self):
        self._read = {}     # log → bytes read
        self.lines = 0

    def check(self, log, tokens, disk_was_full):
        secrets = re.compile("|".join(re.escape(token) for token in sorted(tokens)))
        with open(log, "rb") as opened:
            opened.seek(self._read.get(log, 0))
            fresh = opened.read()
        whole = fresh[:fresh.rfind(b"\n") + 1]
        self._read[log] = self._read.get(log, 0) + len(whole)
        for line in whole.decode(errors="replace").splitlines():
            self.lines += 1
            assert not secrets.search(line), f"a token is in the log: {secrets.sub('TOKEN', line)}"
            assert not BAD.search(line), f"in the log: {line}"
            if ERROR.search(line) and not EXPECTED.search(line):
                assert disk_was_full and OF_A_FULL_DISK.search(line), f"in the log: {line}"
