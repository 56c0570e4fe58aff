# SPDX-License-Identifier: LGPL-2.1-or-later
"""What running processes use, as the kernel counts it."""
import os

from footprint import Footprint

MEGABYTE = 1024 * 1024


def footprint_of(pid):
    """None when it is gone."""
    try:
        return Footprint.of(pid)
    except (OSError, StopIteration):
        return None


def own_memory_of(pid):
    """Bytes that nobody shares and no file holds: the share of libraries in PSS changes with whoever else maps them.
    0 when it is gone."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as rollup:
            return next(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Anonymous:"))
    except (OSError, StopIteration):
        return 0


def processor_of(pid):
    """Seconds on a processor so far, by the scheduler's nanoseconds."""
    total = 0
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/schedstat") as schedstat:
                total += int(schedstat.read().split()[0])
    except OSError:
        pass
    return total / 1e9


def family(pid):
    """It and everything that it started."""
    found = [pid]
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as children:
                for child in children.read().split():
                    found += family(int(child))
    except OSError:
        pass
    return found
