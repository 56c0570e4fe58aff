# SPDX-License-Identifier: LGPL-2.1-or-later
"""The wall clock steps by an hour, either way, and then worker, encoder and door are replaced: PROGRAM-DATE-TIME never
goes back, the session goes on, and nobody is refused."""
import os
import signal

from broadcast import SEGMENT, Broadcast, at_once
from faults import Faults

HOUR = 3600


def kill_worker(klive, show):
    os.kill(klive.worker_of(show.entry), signal.SIGKILL)


def kill_encoder(_, show):
    show.encoder.break_off()


def kill_door(klive, show):
    klive.kill()
    show.audience.door_died()
    klive.start()


def run(klive, faults, step):
    with Broadcast(klive) as show:
        show.audience.wait_for_more(3)
        before = {track: set(count.numbers) for track, count in show.audience.count().items()}
        faults.clock(step)
        show.audience.wait_for_more(2)
        counts = show.audience.count()
        for count in counts.values():
            count.assert_whole()
            count.assert_times()
        for replace in (kill_worker, kill_encoder, kill_door):
            number = show.audience.last_number()
            replace(klive, show)
            show.audience.wait_for_more(3, since=number)
        if step < 0:
            # The clock is put right while nobody looks.
            faults.clock(0)
            number = show.audience.last_number()
            kill_encoder(klive, show)
            show.audience.wait_for_more(3, since=number)
        counts = show.end()
        for track, count in counts.items():
            assert before[track] <= set(count.numbers), f"{track}: the window began anew\n{count.playlist.text}"
            assert len(count.holes()) <= 4, count.playlist.text
            for hole in count.holes():
                # Media time may show the step, once; what is lost is little.
                limit = (2 if track == "v32" else 4) * SEGMENT * 25
                assert hole.missing <= limit, f"{track}: {hole}"
        refused = [each for each in show.encoder.refusals if type(each).__name__ == "Refused"]
        assert not refused, refused


def test_ClockSteps_TimeNeverGoesBackAndTheSessionGoesOn(make_klive, tmp_path, build):
    cases = []
    for step in (HOUR, -HOUR):
        folder = tmp_path / f"step{step}"
        folder.mkdir()
        faults = Faults(folder, build)
        cases.append((make_klive(environment=faults.environment), faults, step))
    at_once([lambda case=case: run(*case) for case in cases])
