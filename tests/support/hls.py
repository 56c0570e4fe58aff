# SPDX-License-Identifier: LGPL-2.1-or-later
"""HLS playlists as a test reads them (RFC 8216bis), strictly: what is not understood is an error."""
import dataclasses
import datetime
import re

_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)')


def attributes(text):
    return {name: value.strip('"') for name, value in _ATTRIBUTE.findall(text)}


@dataclasses.dataclass
class Variant:
    uri: str
    attributes: dict


class MasterPlaylist:
    def __init__(self, text):
        lines = text.splitlines()
        assert lines[0] == "#EXTM3U", text
        self.variants = []
        self.media = []
        for line, following in zip(lines, lines[1:] + [""]):
            if line.startswith("#EXT-X-STREAM-INF:"):
                self.variants.append(Variant(following, attributes(line.split(":", 1)[1])))
            elif line.startswith("#EXT-X-MEDIA:"):
                self.media.append(attributes(line.split(":", 1)[1]))


@dataclasses.dataclass
class Segment:
    uri: str
    number: int            # media sequence number
    duration: float
    time: datetime.datetime  # PROGRAM-DATE-TIME, carried on from the segment before
    discontinuity: bool
    is_gap: bool
    init: str


class MediaPlaylist:
    def __init__(self, text, track=""):
        self.text = text
        self.track = track
        self.segments = []
        self.parts = []      # of the segment that is not finished
        self.sequence = 0
        self.discontinuity_sequence = 0
        self.target_duration = 0
        self.is_ended = False
        self.server_control = {}
        self.preload_hint = None
        self._read(text.splitlines())

    def _read(self, lines):
        assert lines and lines[0] == "#EXTM3U", lines
        duration, time, init, discontinuity, gap = None, None, None, False, False
        for line in lines[1:]:
            name, _, value = line.partition(":")
            if name == "#EXT-X-MEDIA-SEQUENCE":
                self.sequence = int(value)
            elif name == "#EXT-X-DISCONTINUITY-SEQUENCE":
                self.discontinuity_sequence = int(value)
            elif name == "#EXT-X-TARGETDURATION":
                self.target_duration = int(value)
            elif name == "#EXT-X-SERVER-CONTROL":
                self.server_control = attributes(value)
            elif name == "#EXT-X-MAP":
                init = attributes(value)["URI"]
            elif name == "#EXT-X-PROGRAM-DATE-TIME":
                time = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
            elif name == "#EXT-X-DISCONTINUITY":
                discontinuity = True
            elif name == "#EXT-X-GAP":
                gap = True
            elif name == "#EXT-X-PART":
                self.parts.append(attributes(value))
            elif name == "#EXT-X-PRELOAD-HINT":
                self.preload_hint = attributes(value)
            elif name == "#EXT-X-ENDLIST":
                self.is_ended = True
            elif name == "#EXTINF":
                duration = float(value.split(",")[0])
            elif line and not line.startswith("#"):
                assert duration is not None, f"a URI without EXTINF: {line}"
                self.segments.append(Segment(line, self.sequence + len(self.segments), duration, time, discontinuity,
                                             gap, init))
                if time is not None:
                    time += datetime.timedelta(seconds=duration)
                duration, discontinuity, gap = None, False, False
                self.parts = []

    @property
    def duration(self):
        return sum(segment.duration for segment in self.segments)

    @property
    def last_number(self):
        return self.sequence + len(self.segments) - 1
