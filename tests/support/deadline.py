# SPDX-License-Identifier: LGPL-2.1-or-later
"""Waiting for something that must happen, never for time to pass."""
import time


def wait_for(condition, timeout, what):
    """Asks `condition` until its answer is true, and returns that. After `timeout` seconds the test fails, saying
    `what` (a text, or what makes one then) was waited for."""
    end = time.monotonic() + timeout
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() >= end:
            raise AssertionError(f"after {timeout} s still waiting for {what() if callable(what) else what}")
        time.sleep(0.05)
