# SPDX-License-Identifier: LGPL-2.1-or-later
"""FrameCheck: looks at the window of a broadcast like a viewer and counts the frames in it. Every frame is listed once
and in order; one that is missing was lost to a fault."""
import collections
import random
import re
import struct
import time
import xml.etree.ElementTree as ElementTree

from published_entry import SEGMENT
from viewer import Viewer

MARKER = re.compile(rb"KLV(?:VIDEO|AUDIO)(.{16})", re.DOTALL)
STALL = 2 * SEGMENT + 4   # seconds that the newest frame in the window may be old
AT_ONCE = 0.3             # seconds between the last frame of an encoder and the first of the next when nothing is lost
DASH = "{urn:mpeg:dash:schema:mpd:2011}"


class FrameCheck(Viewer):
    def __init__(self, klive, broadcast):
        super().__init__(klive, broadcast.entry)
        self.broadcast = broadcast
        self.last = {}        # track → (counter, time sent) of the newest frame that was listed
        self.checked = {}     # track → number of the newest segment that was read
        self.frames = 0
        self.segments = 0
        self.lost = collections.Counter()   # by fault
        self._begun = time.time()
        self._discontinuities = {}

    def check(self):
        for track, playlist in self.look().items():
            self._check_text(track, playlist)
            for segment in playlist.segments:
                if segment.number > self.checked.get(track, -1):
                    self._read(track, segment, playlist)
            # What was fetched once is the same for ever; not the oldest, which leaves while we ask.
            self._fetch(track, random.choice(playlist.segments[len(playlist.segments) // 2:] or [None]))
        self._check_dash()
        self._check_live_edge()

    def _check_text(self, track, playlist):
        # At first there are chunks only.
        assert playlist.segments or track not in self.checked, f"{track}: a playlist without segments\n{playlist.text}"
        before = self._discontinuities.get(track, 0)
        assert playlist.discontinuity_sequence >= before, f"{track}: discontinuity sequence goes back"
        self._discontinuities[track] = playlist.discontinuity_sequence
        for segment, after in zip(playlist.segments, playlist.segments[1:]):
            assert round(segment.duration) <= playlist.target_duration, f"{track}: {segment} is above the target"
            overlap = segment.duration - (after.time - segment.time).total_seconds()
            assert overlap < (0.5 if after.discontinuity else 0.1), f"{track}: {after} begins before {segment} ends"

    def _fetch(self, track, segment):
        """The bytes; None when it has left the window meanwhile, or nobody answers while a fault is made."""
        if segment is None or segment.is_gap:
            return None
        asked = time.time()
        answer = self.fetch(track, segment)
        if answer.status == 200:
            return answer.body
        if answer.status == 0 and self.broadcast.allowance.fault_of(asked, time.time()):
            return None
        playlist = self.klive.media_playlist(self.entry, track)
        is_listed = playlist and any(each.uri == segment.uri for each in playlist.segments)
        assert not is_listed, f"{track}/{segment.uri} is listed and answers {answer.status}"
        return None

    def _read(self, track, segment, playlist):
        expected = self.checked.get(track, segment.number - 1) + 1
        assert segment.number == expected, f"{track}: segment {expected} was never seen, {segment.number} follows"
        body = self._fetch(track, segment)
        if body is None and not segment.is_gap:
            return
        self.checked[track] = segment.number
        self.segments += 1
        wrong = []
        for marker in MARKER.findall(body or b""):
            counter, sent = struct.unpack(">QQ", marker)
            wrong += self._follow(track, counter, sent / 1e9)
        assert not wrong, f"{self.entry.id}/{track}/{segment.uri}: {'; '.join(wrong)}\n{playlist.text[-1500:]}"

    def _follow(self, track, counter, sent):
        """What is wrong with a frame behind the one before."""
        self.frames += 1
        last, last_sent = self.last.get(track, (counter - 1, sent))
        self.last[track] = counter, sent
        begins_anew = counter & 0xffffffff == 0 and counter > last and sent - last_sent < AT_ONCE
        if counter == last + 1 or begins_anew:
            return []
        if counter <= last:
            return [f"frame {name(counter)} is listed behind {name(last)}"]
        fault = self.broadcast.allowance.fault_of(last_sent + 0.05, sent - 0.05)
        self.lost[fault or "nothing"] += counter - last - 1 if counter >> 32 == last >> 32 else 0
        return [] if fault else [f"frames between {name(last)} and {name(counter)} are lost, {sent - last_sent:.2f} s up to "
                                 f"{clock(sent)}, and no fault explains it"]

    def _check_live_edge(self):
        if not self.last:
            newest = self._begun
        else:
            newest = max(sent for _, sent in self.last.values())
        now = time.time()
        quiet = now - max(newest, self.broadcast.allowance.end_before(now))
        assert quiet < STALL, f"{self.entry.id}: no new frame for {now - newest:.1f} s, {quiet:.1f} s of it without a fault"

    def _check_dash(self):
        answer = self.klive.get(f"/live/{self.entry.id}/manifest.mpd")
        if answer.status != 200:
            return
        manifest = ElementTree.fromstring(answer.text)
        assert manifest.get("type") == "dynamic", answer.text
        for timeline in manifest.iter(f"{DASH}SegmentTimeline"):
            end = 0
            for each in timeline:
                begin = int(each.get("t", end))
                assert begin >= end, f"the DASH timeline overlaps at {begin}\n{answer.text}"
                end = begin + int(each.get("d")) * (int(each.get("r", 0)) + 1)


def name(counter):
    return f"{counter >> 32}:{counter & 0xffffffff}"


def clock(unix):
    return time.strftime("%H:%M:%S", time.localtime(unix))
