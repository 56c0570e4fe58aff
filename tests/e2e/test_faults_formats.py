# SPDX-License-Identifier: LGPL-2.1-or-later
"""The format changes in mid-stream, there and back: nothing is lost, every stretch has its init and can be decoded."""
import subprocess

from broadcast import Broadcast, at_once
from counted import Picture, Sound, Source

CHANGES = {
    "resolution": Picture(size="320x180"),
    "profile": Picture(options=("-profile:v", "high", "-preset", "fast")),
    "frame rate": Picture(rate=50, key_interval=50),
    "codec": Picture(codec="libx265"),
    "sampling rate": Sound(rate=44100),
    "channels": Sound(channels=1),
}


def decode(klive, entry, track, playlist, folder):
    """ffmpeg decodes every stretch of one init; how many frames came out in all."""
    stretches = []
    for segment in playlist.segments:
        if not stretches or stretches[-1][0] != segment.init:
            stretches.append((segment.init, []))
        stretches[-1][1].append(segment.uri)
    frames = 0
    for init, uris in stretches:
        path = folder / f"{track}-{init}"
        path.write_bytes(b"".join(klive.get(f"/live/{entry.id}/{track}/{uri}").body for uri in [init, *uris]))
        done = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of",
                               "default=nokey=1:noprint_wrappers=1", path], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and not done.stderr, f"{track}/{init}: {done.stderr}"
        frames += int(done.stdout)
    return frames


def test_FormatChanges_NothingIsLostAndEverythingCanBeDecoded(quick_klive, tmp_path):
    klive = quick_klive
    def run(name, other):
        first = Picture() if isinstance(other, Picture) else Sound()
        source = Source(changes=[(5, other), (10, first)])
        with Broadcast(klive, source=source, speed=2) as show:
            show.encoder.finish(15)
            counts = show.end()
            changed = "v32" if isinstance(other, Picture) else "a32"
            inits = show.audience.inits(changed)
            assert len(inits) == 3, f"{name}: {inits}\n{counts[changed].playlist.text}"
            assert inits[0].config == inits[2].config != inits[1].config, name
            for track, count in counts.items():
                sent = show.encoder.sent["video" if track == "v32" else "audio"]
                count.assert_whole(sent[0], sent[-1])
                marks = [each.number for each in count.playlist.segments if each.discontinuity]
                assert len(marks) == 2, f"{name}: {count.playlist.text}"
                # Sound may have nothing for the number of a cut that was made for it; that takes no time.
                assert not any(each.is_gap and each.duration > 0.05 for each in count.playlist.segments), \
                    f"{name}: {count.playlist.text}"
            folder = tmp_path / name
            folder.mkdir()
            for track, count in counts.items():
                decoded = decode(klive, show.entry, track, count.playlist, folder)
                # A decoder of sound may swallow a frame at a begin.
                assert len(count.frames) - 3 <= decoded <= len(count.frames), f"{name}: {track} decodes to {decoded} frames"
        assert show.encoder.connections == 1
    at_once([lambda each=each: run(*each) for each in CHANGES.items()])
    assert klive.metric("klive_worker_restarts_total") == 0
