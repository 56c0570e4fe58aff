# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counted media: real frames, made once, sent for ever; each carries the number of its encoder and its own.

A picture carries them in an SEI message, sound in a data stream element: decoders skip both.
"""
import dataclasses
import functools
import itertools
import re
import struct
import subprocess

import rtmp
from fragments import read_init, read_samples

_MARK = b"klive-counter-16"
_COUNTER = re.compile(_MARK + rb"([0-9a-f]{4})([0-9a-f]{8})")
_encoders = itertools.count(1)


def video_counter(encoder, number):
    """An SEI NAL unit (user data unregistered) with its four bytes of length."""
    body = b"\x06\x05" + bytes([len(_MARK) + 12]) + _MARK + b"%04x%08x" % (encoder, number) + b"\x80"
    return struct.pack(">I", len(body)) + body


def hevc_counter(encoder, number):
    body = b"\x4e\x01\x05" + bytes([len(_MARK) + 12]) + _MARK + b"%04x%08x" % (encoder, number) + b"\x80"
    return struct.pack(">I", len(body)) + body


def audio_counter(encoder, number):
    """A data stream element, byte aligned."""
    body = _MARK + b"%04x%08x" % (encoder, number)
    return bytes([0x81, len(body)]) + body


def read_counter(data):
    """(encoder, number) of a frame, or None."""
    found = _COUNTER.search(data, 0, 200)
    return (int(found[1], 16), int(found[2], 16)) if found else None


@dataclasses.dataclass(frozen=True)
class Picture:
    """What to encode. `key_interval` in frames."""
    size: str = "160x90"
    rate: int = 25
    key_interval: int = 25
    b_frames: int = 0
    codec: str = "libx264"
    options: tuple = ()


@dataclasses.dataclass(frozen=True)
class Sound:
    rate: int = 48000
    channels: int = 2


@dataclasses.dataclass
class Frame:
    kind: str       # "video", "audio"
    time: int       # decode time, milliseconds from the begin of the encoder
    number: int
    is_key: bool
    cts: int        # milliseconds
    data: bytes     # without the FLV header
    codec: str = ""
    headers: tuple = ()   # sequence headers that come before it: (RTMP type, body)

    def tag(self):
        """The body of its FLV tag."""
        if self.kind == "audio":
            return b"\xaf\x01" + self.data
        if self.codec == "hvc1":
            return bytes([0x80 | (0x10 if self.is_key else 0x20) | 1]) + b"hvc1" + self.cts.to_bytes(3, "big", signed=True) + self.data
        return bytes([0x17 if self.is_key else 0x27, 1]) + self.cts.to_bytes(3, "big", signed=True) + self.data

    def message(self, timestamp):
        return rtmp.message(rtmp.VIDEO if self.kind == "video" else rtmp.AUDIO, timestamp, self.tag())


@functools.lru_cache(maxsize=None)
def template(what):
    """(init, samples) of a Picture or a Sound: one closed group of pictures, or some sound."""
    if isinstance(what, Picture):
        seconds = what.key_interval / what.rate
        arguments = ["-f", "lavfi", "-i", f"testsrc2=size={what.size}:rate={what.rate}", "-frames:v",
                     str(what.key_interval), "-c:v", what.codec, "-pix_fmt", "yuv420p", "-bf", str(what.b_frames),
                     "-g", str(what.key_interval), "-preset", "ultrafast", "-b:v", "100k"]
        if what.codec == "libx264":
            arguments += ["-flags", "+cgop", "-sc_threshold", "0"]
        else:
            arguments += ["-tag:v", "hvc1", "-x265-params", "log-level=none:open-gop=0"]
        arguments += what.options
    else:
        seconds = 1
        arguments = ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate={what.rate}", "-t", str(seconds),
                     "-c:a", "aac", "-b:a", "32k", "-ac", str(what.channels)]
    done = subprocess.run(["ffmpeg", "-v", "error", *arguments, "-f", "mp4", "-movflags",
                           "empty_moov+default_base_moof+frag_every_frame", "-"],
                          capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    init, samples = read_init(done.stdout), read_samples(done.stdout)
    assert samples, "ffmpeg made nothing"
    if isinstance(what, Picture):
        assert [each.is_key for each in samples] == [True] + [False] * (what.key_interval - 1)
    return init, samples


class Source:
    """Endless frames of a picture and a sound (either may be None), in order of decoding."""

    def __init__(self, picture=Picture(), sound=Sound(), changes=()):
        """`changes`: [(seconds, Picture or Sound)], what it goes on with from then on."""
        self.encoder = next(_encoders)
        self.picture, self.sound = picture, sound
        self._numbers = {"video": itertools.count(), "audio": itertools.count()}
        self._begin = 0.0      # ms at which the formats now in use began
        self._counts = {"video": 0, "audio": 0}
        self._changes = sorted(changes, key=lambda change: change[0])
        self._changed = ()

    def headers(self):
        """Bodies of the sequence headers: (RTMP type, body)."""
        found = []
        if self.picture:
            init = template(self.picture)[0]
            head = b"\x90hvc1" if init.codec == "hvc1" else b"\x17\x00\x00\x00\x00"
            found.append((rtmp.VIDEO, head + init.config))
        if self.sound:
            found.append((rtmp.AUDIO, b"\xaf\x00" + template(self.sound)[0].config))
        return found

    def _time(self, kind):
        step = 1000 / self.picture.rate if kind == "video" else 1024 * 1000 / self.sound.rate
        return self._begin + self._counts[kind] * step

    def next(self):
        if self._changes and min(map(self._time, self._kinds())) >= self._changes[0][0] * 1000:
            self._change(self._changes.pop(0)[1])
        kind = min(self._kinds(), key=self._time)
        frame = self._video() if kind == "video" else self._audio()
        frame.headers, self._changed = self._changed, ()
        return frame

    def _kinds(self):
        return [kind for kind, has in (("video", self.picture), ("audio", self.sound)) if has]

    def _change(self, what):
        """From here on. Picture and sound count anew, so that neither waits for the other's last frame."""
        self._begin = max(map(self._time, self._kinds()))
        self._counts = {"video": 0, "audio": 0}
        if isinstance(what, Picture):
            self.picture = what
        else:
            self.sound = what
        self._changed = tuple(self.headers())

    def _video(self):
        init, samples = template(self.picture)
        time, count = self._time("video"), self._counts["video"]
        sample = samples[count % len(samples)]
        self._counts["video"] += 1
        number = next(self._numbers["video"])
        counter = hevc_counter if init.codec == "hvc1" else video_counter
        return Frame("video", round(time), number, sample.is_key, round(sample.cts * 1000 / init.timescale),
                     counter(self.encoder, number) + sample.data, init.codec)

    def _audio(self):
        _, samples = template(self.sound)
        time, count = self._time("audio"), self._counts["audio"]
        self._counts["audio"] += 1
        number = next(self._numbers["audio"])
        return Frame("audio", round(time), number, True, 0,
                     audio_counter(self.encoder, number) + samples[count % len(samples)].data)
