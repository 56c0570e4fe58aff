# SPDX-License-Identifier: LGPL-2.1-or-later
"""Packets of a file or a stream as ffprobe reads them: a hash of the bytes, times in seconds."""
import dataclasses
import json
import subprocess


@dataclasses.dataclass
class Packet:
    kind: str      # "video", "audio"
    dts: float
    pts: float
    digest: str
    is_key: bool


def read_packets(source, seconds=None, options=(), timeout=120):
    """All packets, or those of the first `seconds` of a live stream. kind → list."""
    arguments = ["ffprobe", "-v", "error", *options]
    if seconds is not None:
        arguments += ["-read_intervals", f"%+{seconds}"]
    arguments += ["-show_packets", "-show_data_hash", "md5", "-show_entries",
                  "packet=codec_type,dts_time,pts_time,data_hash,flags", "-of", "json", str(source)]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, done.stderr
    packets = {}
    for each in json.loads(done.stdout)["packets"]:
        packet = Packet(each["codec_type"], float(each.get("dts_time", "nan")), float(each["pts_time"]),
                        each["data_hash"], "K" in each["flags"])
        packets.setdefault(packet.kind, []).append(packet)
    return packets


def assert_same_packets(played, published, at_least, tolerance=0.0025):
    """`played` is a run of `published` without a hole: the same bytes in the same order, and times that differ by one
    constant for all. `at_least` says how many seconds of it there must be."""
    shifts = []
    for kind in published:
        theirs = [packet.digest for packet in published[kind]]
        ours = [packet.digest for packet in played[kind]]
        begin = find_run(theirs, ours)
        assert begin is not None, f"{kind}: what is played is no run of what was published"
        for one, other in zip(played[kind], published[kind][begin:]):
            shifts.append(one.pts - other.pts)
            shifts.append(one.dts - other.dts)
        length = played[kind][-1].dts - played[kind][0].dts
        assert length >= at_least, f"{kind}: only {length:.2f} s were played"
        steps = [b.dts - a.dts for a, b in zip(played[kind], played[kind][1:])]
        assert min(steps) > 0, f"{kind}: decode times step back by {min(steps)}"
    assert max(shifts) - min(shifts) <= 2 * tolerance, f"times are shifted by {min(shifts)} to {max(shifts)}"


def find_run(whole, part):
    """Where `part` stands in `whole`, or None."""
    for begin in (i for i, each in enumerate(whole) if each == part[0]):
        if whole[begin:begin + len(part)] == part:
            return begin
    return None
