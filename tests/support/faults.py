# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults: a bad disk, a wrong clock and a pipeline that breaks, for one service (faultshim.cpp, faultelement.cpp)."""
import errno
import json
import mmap
import pathlib
import shutil
import struct

_LAYOUT = struct.Struct("=IiIiIIqq80s")
_MAX = 2 ** 63 - 1
OPEN, WRITE, SYNC, RENAME, LINK, REMOVE, FOLDER = 1, 2, 4, 8, 16, 32, 64
EVERYTHING = OPEN | WRITE | SYNC | RENAME | LINK | REMOVE | FOLDER


class Faults:
    """Give `environment` to the service. Everything works until it is told otherwise."""

    def __init__(self, folder, build):
        path = pathlib.Path(folder) / "faults"
        path.write_bytes(bytes(_LAYOUT.size))
        with open(path, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _LAYOUT.size)
        self._memory[:] = _LAYOUT.pack(0, 0, 0, -1, 0, 0, 0, _MAX, b"")
        self.environment = {"LD_PRELOAD": str(build / "tests/support/libfaultshim.so"), "FAULTSHIM": str(path),
                            # The shim comes first, and is meant to.
                            "ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0"}

    def disk(self, operations, error=0, stall=0.0, times=-1, match=""):
        """From now on these operations on files with `match` in their path fail, or take longer; `times` of them."""
        self._put(0, "I", 0)
        self._memory[40:120] = match.encode().ljust(80, b"\0")
        self._put(4, "i", error)
        self._put(8, "I", int(stall * 1000))
        self._put(12, "i", times)
        self._put(0, "I", operations)

    def flush_nothing(self):
        """Flushing is for power cuts. Without it, media can be published faster than time on any disk."""
        self._put(20, "I", SYNC)
        return self

    def full(self, room):
        """The disk takes `room` more bytes; what is removed gives its bytes back."""
        self._put(32, "q", room)

    def read_only(self):
        self.disk(EVERYTHING, errno.EROFS)

    def clock(self, seconds):
        """The wall clock is off by so much."""
        self._put(24, "q", int(seconds * 1e9))

    def heal(self):
        self._put(0, "I", 0)
        self._put(32, "q", _MAX)

    @property
    def hits(self):
        """How many operations were touched."""
        return struct.unpack_from("=I", self._memory, 16)[0]

    @property
    def room(self):
        return struct.unpack_from("=q", self._memory, 32)[0]

    def _put(self, at, form, value):
        struct.pack_into("=" + form, self._memory, at, value)


def breakable(folder, source, build):
    """A copy of the descriptions with a faultelement before the demuxer ("in-fault:…") and one behind the segmenter
    ("out-fault:…"). Returns (settings, environment) for the service."""
    folder = pathlib.Path(folder) / "pipelines"
    shutil.copytree(source / "pipelines", folder)
    base = json.loads((folder / "base.json").read_text())
    before, behind = base["source"], base["package"]
    assert "! kliveflvdemux" in before["bin"] and behind["bin"].startswith("klivesegmenter")
    before["bin"] = before["bin"].replace("! kliveflvdemux", "! faultelement scope=in ! kliveflvdemux")
    behind["bin"] += " ! faultelement scope=out"
    (folder / "base.json").write_text(json.dumps(base))
    plugins = f"{build / 'plugins'}:{build / 'tests/support'}"
    return [f"server.pipelines={folder}"], {"GST_PLUGIN_PATH": plugins, "GST_REGISTRY": str(folder / "registry.bin")}


def fault(place, what):
    """A NAL unit (an SEI message) that makes the element at `place` ("in", "out") do `what`."""
    text = f"klive-fault-sei-{place}-fault:{what}.......".encode()
    return b"\x06\x05" + bytes([len(text)]) + text + b"\x80"
