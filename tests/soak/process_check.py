# SPDX-License-Identifier: LGPL-2.1-or-later
"""ProcessCheck: what door and workers hold: memory (PSS), descriptors, threads, processor time."""
import dataclasses
import time

from footprint import Footprint
from processes import MEGABYTE, footprint_of, own_memory_of, processor_of

MOST_MEMORY = {"door": 32 * MEGABYTE, "worker": 12 * MEGABYTE}
WARM_UP = 600            # seconds: the window fills, the allocator finds its size
LEAST_LIFE = 600         # seconds of figures that make a slope
MOST_SLOPE, MOST_GROWTH = 2 * MEGABYTE, MEGABYTE   # per hour, and from first to last: both together are too much
SETTLED = 15             # seconds after which a process has opened what it needs
MORE = 8                 # descriptors or threads that a door may have above what it had when it was first at rest
MOST_OF_WORKER = {"descriptors": 24, "threads": 8}


@dataclasses.dataclass
class Life:
    """One process."""
    kind: str
    begun: float
    memory: list = dataclasses.field(default_factory=list)   # (seconds, bytes of its own) at rest
    at_rest: dict = dataclasses.field(default_factory=dict)
    processor: float = 0

    def slope(self):
        """Bytes per hour, and in how many seconds that was seen; None when it did not live long enough."""
        points = [(at, size) for at, size in self.memory if at >= WARM_UP]
        if not points or (span := points[-1][0] - points[0][0]) < LEAST_LIFE:
            return None
        mean_at = sum(at for at, _ in points) / len(points)
        mean_size = sum(size for _, size in points) / len(points)
        spread = sum((at - mean_at) ** 2 for at, _ in points)
        return sum((at - mean_at) * (size - mean_size) for at, size in points) / spread * 3600, span


class ProcessCheck:
    def __init__(self, klive, is_sanitized):
        self.klive = klive
        self.is_sanitized = is_sanitized   # memory is the sanitizer's then
        self.lives = {}
        self.now = {}       # kind → the largest of each figure

    def check(self, is_at_rest, broadcasts):
        """`is_at_rest`: no fault is being made, nor was one a moment ago."""
        workers = self.klive.workers()
        found = {self.klive.program.pid: "door", **{pid: "worker" for pid in workers}}
        self.now = {}
        for pid, kind in found.items():
            usage = footprint_of(pid)
            if usage is None:
                continue
            life = self.lives.setdefault(pid, Life(kind, time.monotonic()))
            life.processor = max(life.processor, processor_of(pid))   # threads that ended are no longer counted
            largest = self.now.setdefault(kind, Footprint(0, 0, 0))
            for name, value in dataclasses.asdict(usage).items():
                setattr(largest, name, max(getattr(largest, name), value))
            assert self.is_sanitized or usage.memory <= MOST_MEMORY[kind], f"{kind} {pid} has {usage.memory / MEGABYTE:.1f} MB"
            if is_at_rest:
                self._check_rest(pid, life, usage)
        if is_at_rest:
            assert len(workers) <= broadcasts + 1, f"{len(workers)} workers for {broadcasts} entries and one in spare"

    @staticmethod
    def _check_rest(pid, life, usage):
        age = time.monotonic() - life.begun
        life.memory.append((age, own_memory_of(pid)))
        if age < SETTLED:
            return
        for name in ("descriptors", "threads"):
            count = getattr(usage, name)
            most = life.at_rest.setdefault(name, count) + MORE if life.kind == "door" else MOST_OF_WORKER[name]
            assert count <= most, f"{life.kind} {pid} has {count} {name}; {most} are its bound"

    def slopes(self):
        """(kind, bytes per hour, seconds) of every process that lived long enough."""
        return [(life.kind, *life.slope()) for life in self.lives.values() if life.slope()]

    def check_slopes(self):
        """A sentence for each process that grows."""
        return [f"a {kind} grows by {slope / MEGABYTE:.2f} MB an hour, seen for {seconds / 60:.0f} minutes"
                for kind, slope, seconds in self.slopes()
                if slope > MOST_SLOPE and slope * seconds / 3600 > MOST_GROWTH]

    def processor(self):
        """Seconds of all processes that were seen."""
        return sum(life.processor for life in self.lives.values())
