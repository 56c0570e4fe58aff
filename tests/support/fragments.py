# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fragmented MP4 (ISO 14496-12) as a test reads it: an init segment's track, a segment's samples."""
import dataclasses
import struct


@dataclasses.dataclass
class Init:
    kind: str        # "video", "audio"
    timescale: int
    codec: str       # "avc1", "hvc1", "mp4a"
    config: bytes    # avcC, hvcC or AudioSpecificConfig
    width: int = 0
    height: int = 0
    rate: int = 0
    channels: int = 0


@dataclasses.dataclass
class Sample:
    dts: int         # in ticks
    duration: int
    cts: int
    is_key: bool
    data: bytes


def boxes(data, begin=0, end=None):
    """(type, begin of the content, end) of each box."""
    end = len(data) if end is None else end
    while begin + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, begin)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, begin + 8)[0], 16
        assert size >= head and begin + size <= end, f"box {kind} of {size} bytes does not fit"
        yield kind.decode("latin1"), begin + head, begin + size
        begin += size
    assert begin == end, f"{end - begin} bytes behind the last box"


def find(data, *path, begin=0, end=None):
    """The content's (begin, end) of the first box at this path, or None."""
    for kind, inside, after in boxes(data, begin, end):
        if kind == path[0]:
            return (inside, after) if len(path) == 1 else find(data, *path[1:], begin=inside, end=after)
    return None


def read_init(data):
    begin, _ = find(data, "moov", "trak", "mdia", "mdhd")
    timescale = struct.unpack_from(">I", data, begin + (20 if data[begin] else 12))[0]
    begin, _ = find(data, "moov", "trak", "mdia", "hdlr")
    kind = {b"vide": "video", b"soun": "audio"}[data[begin + 8:begin + 12]]
    begin, end = find(data, "moov", "trak", "mdia", "minf", "stbl", "stsd")
    codec, entry, entry_end = next(boxes(data, begin + 8, end))
    if kind == "video":
        width, height = struct.unpack_from(">HH", data, entry + 24)
        children = dict((each, data[inside:after]) for each, inside, after in boxes(data, entry + 78, entry_end))
        config = children.get("avcC") or children.get("hvcC") or b""
        return Init(kind, timescale, codec, config, width, height)
    channels, = struct.unpack_from(">H", data, entry + 16)
    rate = struct.unpack_from(">I", data, entry + 24)[0] >> 16
    children = dict((each, data[inside:after]) for each, inside, after in boxes(data, entry + 28, entry_end))
    return Init(kind, timescale, codec, _specific_config(children["esds"]), rate=rate, channels=channels)


def _specific_config(esds):
    """The DecoderSpecificInfo of an esds box."""
    at = 4
    while at < len(esds):
        tag, at, size = esds[at], at + 1, 0
        while True:
            byte, at = esds[at], at + 1
            size = size << 7 | byte & 0x7f
            if not byte & 0x80:
                break
        if tag == 5:
            return esds[at:at + size]
        at += {3: 3, 4: 13}.get(tag, size)
    raise AssertionError("no DecoderSpecificInfo")


def read_samples(data):
    """The samples of every fragment, in order. One track."""
    samples, moof_at, at = [], None, 0
    for kind, begin, end in boxes(data):
        if kind == "moof":
            moof_at = begin - 8
            samples += _read_fragment(data, begin, end, moof_at)
    return samples


def _read_fragment(data, begin, end, moof_at):
    traf = find(data, "traf", begin=begin, end=end)
    at, _ = find(data, "tfhd", begin=traf[0], end=traf[1])
    flags = struct.unpack_from(">I", data, at)[0] & 0xffffff
    at += 8
    at += 8 * bool(flags & 0x1) + 4 * bool(flags & 0x2)
    defaults = {}
    for bit, name in ((0x8, "duration"), (0x10, "size"), (0x20, "flags")):
        if flags & bit:
            defaults[name] = struct.unpack_from(">I", data, at)[0]
            at += 4
    at, _ = find(data, "tfdt", begin=traf[0], end=traf[1])
    dts = struct.unpack_from(">Q" if data[at] else ">I", data, at + 4)[0]
    samples = []
    for kind, inside, _ in boxes(data, *traf):
        if kind == "trun":
            dts = _read_run(data, inside, moof_at, defaults, dts, samples)
    return samples


def _read_run(data, at, moof_at, defaults, dts, samples):
    flags = struct.unpack_from(">I", data, at)[0] & 0xffffff
    count, = struct.unpack_from(">I", data, at + 4)
    at += 8
    where, first_flags = 0, None
    if flags & 0x1:
        where = moof_at + struct.unpack_from(">i", data, at)[0]
        at += 4
    if flags & 0x4:
        first_flags, = struct.unpack_from(">I", data, at)
        at += 4
    for index in range(count):
        each = dict(defaults)
        for bit, name in ((0x100, "duration"), (0x200, "size"), (0x400, "flags"), (0x800, "cts")):
            if flags & bit:
                each[name] = struct.unpack_from(">i" if name == "cts" else ">I", data, at)[0]
                at += 4
        if index == 0 and first_flags is not None:
            each["flags"] = first_flags
        size = each["size"]
        samples.append(Sample(dts, each["duration"], each.get("cts", 0), not each.get("flags", 0) & 0x10000,
                              bytes(data[where:where + size])))
        assert where + size <= len(data), "a sample lies behind the end"
        where += size
        dts += each["duration"]
    return dts
