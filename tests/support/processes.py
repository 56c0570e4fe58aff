# SPDX-License-Identifier: LGPL-2.1-or-later
"""What running processes use, as the kernel counts it."""
import dataclasses
import os
import pathlib

MEGABYTE = 1024 * 1024


@dataclasses.dataclass
class Usage:
    memory: int = 0        # PSS: shared pages are counted by halves, thirds …; bytes
    processor: float = 0   # seconds of all threads
    threads: int = 0
    descriptors: int = 0


def usage_of(pid):
    """None when it is gone."""
    folder = pathlib.Path("/proc") / str(pid)
    try:
        with open(folder / "smaps_rollup") as rollup:
            memory = next(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Pss:"))
        return Usage(memory, processor_of(pid), len(os.listdir(folder / "task")), len(os.listdir(folder / "fd")))
    except (OSError, StopIteration):
        return None


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
