# SPDX-License-Identifier: LGPL-2.1-or-later
"""A short soak, so that the program for the long one is known to work: tests/soak/run."""
import os
import subprocess
import sys


def test_TwentySecondsOfFaults_NothingIsBroken(build, source):
    sanitized = ["--sanitized"] if os.environ.get("E2E_SANITIZED") else []
    done = subprocess.run([sys.executable, source / "tests/soak/run", "--build", build, "--duration", "20s",
                           "--fault-every", "1", "--entries", "3", "--seed", "7", *sanitized],
                          capture_output=True, text=True, timeout=150)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing was broken" in done.stdout
    assert "faults: " in done.stdout and "faults: \n" not in done.stdout, "no fault was made"
