# SPDX-License-Identifier: LGPL-2.1-or-later
"""Footprint: what processes hold of their machine."""
import dataclasses
import os
import pathlib


@dataclasses.dataclass
class Footprint:
    memory: int       # proportional set, bytes
    descriptors: int
    threads: int

    @staticmethod
    def of(pid):
        process = pathlib.Path("/proc") / str(pid)
        memory = next(int(line.split()[1]) * 1024 for line in (process / "smaps_rollup").read_text().splitlines()
                      if line.startswith("Pss:"))
        return Footprint(memory, len(os.listdir(process / "fd")), len(os.listdir(process / "task")))

    def __add__(self, other):
        return Footprint(self.memory + other.memory, self.descriptors + other.descriptors, self.threads + other.threads)
