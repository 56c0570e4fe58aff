# SPDX-License-Identifier: LGPL-2.1-or-later
"""kill -9 of worker, door and encoder: viewers go on, media sequence never goes back, no URL is used twice."""
import os
import signal

from deadline import wait_for
from media import ffmpeg
from viewer import Viewer


def wait_for_more(viewer, number, count=3, timeout=30):
    wait_for(lambda: viewer.last_number() >= number + count, timeout,
             lambda: f"{count} segments behind {number}\n{viewer.klive.program.output()[-3000:]}")


def longest_hole(playlist):
    """Seconds of wall time between the end of a segment and the begin of the next."""
    holes = [(after.time - before.time).total_seconds() - before.duration
             for before, after in zip(playlist.segments, playlist.segments[1:])]
    return max(holes, default=0)


def test_WorkerKilled_ViewersMissASegmentAtMost(klive, media, tmp_path):
    entry, other = klive.add_entry("--segment-duration", "2s"), klive.add_entry("--segment-duration", "2s")
    with ffmpeg(media, entry.stream(), tmp_path / "one.log", loop=True) as encoder, \
            ffmpeg(media, other.stream(), tmp_path / "other.log", loop=True) as neighbour:
        viewer, other_viewer = Viewer(klive, entry), Viewer(klive, other)
        wait_for_more(viewer, -1, 4)
        wait_for_more(other_viewer, -1, 2)
        viewer.fetch_all()
        before = viewer.last_number()

        os.kill(klive.worker_of(entry), signal.SIGKILL)

        wait_for_more(viewer, before)
        viewer.fetch_all()
        for playlist in viewer.look().values():
            assert longest_hole(playlist) <= 2.6, playlist.text
        assert encoder.is_running(), encoder.output()
        assert neighbour.is_running(), neighbour.output()
        for playlist in other_viewer.look().values():
            assert not any(segment.discontinuity or segment.is_gap for segment in playlist.segments), playlist.text
        wait_for(lambda: klive.metric("klive_worker_restarts_total") >= 1, 5, "the restart in /metrics")
        encoder.interrupt()
        neighbour.interrupt()


def test_DoorKilled_WindowIsThereAgainAndGoesOn(klive, media, tmp_path):
    entry = klive.add_entry("--segment-duration", "2s")
    viewer = Viewer(klive, entry)
    with ffmpeg(media, entry.stream(), tmp_path / "first.log", loop=True) as encoder:
        wait_for_more(viewer, -1, 4)
        fetched = viewer.fetch_all()
        before = viewer.last_number()
        workers = klive.workers()
        klive.kill()
        wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in workers), 10, "the end of the workers")
        encoder.wait(20)

    klive.start()
    assert viewer.fetch_all() >= fetched, "the window is not there again"
    with ffmpeg(media, entry.stream(), tmp_path / "second.log", loop=True) as encoder:
        wait_for_more(viewer, before, 4)
        viewer.fetch_all()
        encoder.interrupt()


def test_ServiceStoppedAndStarted_WindowGoesOn(klive, media, tmp_path):
    entry = klive.add_entry("--segment-duration", "2s")
    viewer = Viewer(klive, entry)
    with ffmpeg(media, entry.stream(), tmp_path / "first.log", loop=True) as encoder:
        wait_for_more(viewer, -1, 3)
        viewer.fetch_all()
        assert klive.stop() == 0, klive.program.output()
        encoder.wait(20)
    klive.start()
    before = viewer.last_number()
    with ffmpeg(media, entry.stream(), tmp_path / "second.log", loop=True) as encoder:
        wait_for_more(viewer, before)
        viewer.fetch_all()
        encoder.interrupt()


def test_EncoderKilled_ItsReturnGoesOnInTheSameWindow(klive, media, tmp_path):
    entry = klive.add_entry("--segment-duration", "2s")
    viewer = Viewer(klive, entry)
    with ffmpeg(media, entry.stream(), tmp_path / "first.log", loop=True) as encoder:
        wait_for_more(viewer, -1, 3)
        encoder.kill()
    viewer.fetch_all()
    before = viewer.last_number()
    with ffmpeg(media, entry.stream(), tmp_path / "second.log", loop=True) as encoder:
        wait_for_more(viewer, before)
        viewer.fetch_all()
        assert all(not playlist.is_ended for playlist in viewer.look().values())
        encoder.interrupt()


def test_ForkServerKilled_EveryEntryGoesOnWithAnother(klive, media, tmp_path):
    entries = [klive.add_entry("--segment-duration", "2s") for _ in range(2)]
    with ffmpeg(media, entries[0].stream(), tmp_path / "one.log", loop=True) as one, \
            ffmpeg(media, entries[1].stream(), tmp_path / "two.log", loop=True) as two:
        viewers = [Viewer(klive, entry) for entry in entries]
        for viewer in viewers:
            wait_for_more(viewer, -1, 3)
            viewer.fetch_all()
        server, workers = klive.fork_server(), klive.workers()
        assert len(os.listdir(f"/proc/{server}/task")) == 1, "a process with threads cannot be forked from safely"
        before = [viewer.last_number() for viewer in viewers]

        os.kill(server, signal.SIGKILL)
        wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in workers), 10, "the end of its workers")

        for viewer, number in zip(viewers, before):
            wait_for_more(viewer, number)
            viewer.fetch_all()
            for playlist in viewer.look().values():
                assert longest_hole(playlist) <= 2.6, playlist.text
        assert klive.fork_server() != server
        for encoder in (one, two):
            assert encoder.is_running(), encoder.output()
            encoder.interrupt()
