# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pictures and sound as no encoder should make them: rare, missing and misaligned key frames, frames that are huge,
hollow or noise. What can be used is served whole; what cannot is dropped, or the encoder is told why it ends."""
import contextlib
import itertools
import random

import rtmp
from broadcast import Broadcast, at_once
from counted import Picture, Source, template
from deadline import wait_for
from encoder import Encoder


def sent_as(change_video=None, change_audio=None):
    """Alters the data of frames: functions of the frame that return a tag's body, or None for none."""
    def alter(frame, timestamp):
        change = change_video if frame.kind == "video" else change_audio
        body = change(frame) if change else frame.tag()
        return [] if body is None else [(rtmp.VIDEO if frame.kind == "video" else rtmp.AUDIO, timestamp, body)]
    return alter


def with_data(frame, data):
    frame.data = data
    return frame.tag()


def annex_b(frame):
    """Start codes in the place of lengths."""
    out, at = b"", 0
    while at < len(frame.data):
        size = int.from_bytes(frame.data[at:at + 4], "big")
        out += b"\0\0\0\1" + frame.data[at + 4:at + 4 + size]
        at += 4 + size
    return out


# Key frames

def test_KeyFrames_RareMissingAndPyramids(quick_klive):
    klive = quick_klive
    def rare():
        source = Source(picture=Picture(key_interval=750))
        with Broadcast(klive, source=source, speed=8) as show:
            show.encoder.finish(70)
            count = show.end_whole()["v32"]
            starts = [frame.time for frame in count.frames if frame.is_key]
            assert [round(b - a) for a, b in zip(starts, starts[1:])] == [30, 30]
            assert len(count.playlist.segments) == 3 and count.playlist.target_duration >= 30, count.playlist.text
        assert "key frames are more than 12 s apart" in klive.program.output()

    def none_any_more():
        # One at the begin, as encoders with intra refresh send it, and then never again.
        alter = sent_as(lambda frame: b"\x27" + frame.tag()[1:] if frame.number > 0 else frame.tag())
        with Broadcast(klive, speed=8, alter=alter) as show:
            wait_for(lambda: show.encoder.refusals, 20, "the end of the publication")
            assert "key frame" in str(show.encoder.refusals[0].args), show.encoder.refusals
            assert show.encoder.now > 55_000

    def pyramids():
        picture = Picture(b_frames=3, key_interval=50, options=("-x264-params", "b-pyramid=normal:b-adapt=0"))
        assert len({sample.cts for sample in template(picture)[1]}) > 3, "no pyramid"
        with Broadcast(klive, source=Source(picture=picture), speed=4) as show:
            show.encoder.finish(20)
            show.end_whole()
    at_once([rare, none_any_more, pyramids])


def test_ThreeFlavorsMisaligned_MasterIsValidAndEachIsWhole(quick_klive):
    klive = quick_klive
    intervals = {"1": 25, "2": 30, "3": 40}
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(Broadcast(klive, source=Source(picture=Picture(key_interval=25))))
        others = []
        for name in ("2", "3"):
            source = Source(picture=Picture(size="320x180", key_interval=intervals[name]))
            others.append(stack.enter_context(Encoder(first.entry.stream(name), source=source)))
        for each in others:
            each.wait_until_published()
        first.audience.wait_for_more(8, timeout=40)
        for each in others:
            each.stop()
        first.encoder.stop()
        tracks = {"v32": first.encoder, "v36": others[0], "v37": others[1]}
        for track, encoder in tracks.items():
            counts = first.audience.wait_for_frame(track, encoder.sent["video"][-1])
        master = klive.master(first.entry)
        assert sorted(each.uri.split("/")[0] for each in master.variants) == sorted(tracks), master.variants
        starts = {}
        for track, encoder in tracks.items():
            counts[track].assert_times()
            counts[track].assert_whole(encoder.sent["video"][0], encoder.sent["video"][-1])
            for segment in counts[track].playlist.segments:
                if not segment.is_gap:
                    starts.setdefault(segment.number, []).append(segment.time)
        # A number means about the same time in every flavor: as near as their key frames are.
        apart = [(max(times) - min(times)).total_seconds() for times in starts.values()]
        assert max(apart) <= 1.6, apart


# What is inside of frames

def test_FramesThatAreOdd_AreServedOrDropped(quick_klive):
    klive = quick_klive
    noise = random.Random(7)

    def hollow():
        # NAL units without a byte, in front of every picture.
        with Broadcast(klive, alter=sent_as(lambda frame: with_data(frame, bytes(4) + frame.data))) as show:
            show.go_on(6)
            show.end_whole()

    def huge():
        def swell(frame):
            size = 10 << 20
            filler = b"\x0c" + b"\xff" * (size - 2) + b"\x80"
            return with_data(frame, frame.data + size.to_bytes(4, "big") + filler) if frame.number == 75 else frame.tag()
        with Broadcast(klive, alter=sent_as(swell)) as show:
            show.go_on(6)
            show.end_whole()

    def no_channels():
        # A sequence header that says no channels, and the frames that follow it.
        with Broadcast(klive, alter=sent_as()) as show:
            show.go_on(2)
            show.encoder.alter = sent_as(None, lambda frame: b"\xaf\x00\x11\x80" if frame.number % 20 == 0 else frame.tag())
            show.go_on(5)
            number = show.audience.last_number()
            show.audience.wait_for_more(1, since=number)
            show.encoder.stop()
            sent = show.encoder.sent["video"]
            show.audience.wait_for_frame("v32", sent[-1])["v32"].assert_whole(sent[0], sent[-1])
            assert show.encoder.connections == 1, show.encoder.refusals

    def some_annex_b():
        # Every hundredth picture has start codes in the place of lengths: it is dropped, and nothing else is.
        def alter(frame):
            return with_data(frame, annex_b(frame)) if frame.number % 100 == 60 else frame.tag()
        with Broadcast(klive, alter=sent_as(alter)) as show:
            show.go_on(8)
            counts = show.end()
            holes = counts["v32"].holes()
            assert holes and all(hole.missing == 1 for hole in holes), [str(hole) for hole in holes]
            assert show.encoder.connections == 1

    def refused(name, alter):
        with Broadcast(klive, alter=alter) as show:
            wait_for(lambda: show.encoder.refusals, 20, f"{name}: the end of the publication")
            assert "errors" in str(show.encoder.refusals[0].args), show.encoder.refusals

    def only_annex_b():
        refused("Annex B", sent_as(lambda frame: with_data(frame, annex_b(frame))))

    def adts():
        # Whole ADTS frames where raw ones belong: no decoder takes them. Pictures go on.
        with Broadcast(klive, alter=sent_as(None, lambda frame: b"\xaf\x01\xff\xf1\x4c\x80\x02\x1f\xfc" + noise.randbytes(90))) as show:
            show.go_on(6)
            show.encoder.stop()
            sent = show.encoder.sent["video"]
            show.audience.wait_for_frame("v32", sent[-1])["v32"].assert_whole(sent[0], sent[-1])

    def garbage():
        # Tags with the right names and noise inside. Whatever becomes of it, it takes nobody along.
        kinds = itertools.cycle([b"\x17\x01\0\0\0", b"\x27\x01\0\0\0", b"\x17\x00\0\0\0", b"\xaf\x00", b"\xaf\x01", b""])

        def alter(_, timestamp):
            head = next(kinds)
            return [(rtmp.AUDIO if head[:1] == b"\xaf" else rtmp.VIDEO, timestamp, head + noise.randbytes(noise.randrange(300)))]
        with Broadcast(klive, alter=alter) as show:
            wait_for(lambda: show.encoder.now > 8000 or show.encoder.refusals, 20, "something to become of it")

    def neighbour():
        with Broadcast(klive) as show:
            show.go_on(10)
            show.end_whole()
    at_once([hollow, huge, no_channels, some_annex_b, only_annex_b, adts, garbage, neighbour])
    assert klive.metric("klive_worker_restarts_total") == 0, klive.program.output()[-3000:]
