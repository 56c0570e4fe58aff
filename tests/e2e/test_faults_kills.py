# SPDX-License-Identifier: LGPL-2.1-or-later
"""kill -9 of workers, encoders and the door at random moments, 20 of each, and every frame counted."""
import contextlib
import os
import signal
import time

from broadcast import SEGMENT, Broadcast, assert_holes, at_once, seed
from deadline import wait_for

KILLS, ENTRIES = 20, 5
# A crash costs the chunk that was being made (1 s) and what comes before the next key frame (1 s).
COST, LONGER = 2.0, 3.0


def test_WorkersKilled_CostASegmentAtMostAndTheOthersNothing(klive):
    random = seed()
    with contextlib.ExitStack() as stack:
        victims = [stack.enter_context(Broadcast(klive, segment=LONGER)) for _ in range(ENTRIES)]
        others = [stack.enter_context(Broadcast(klive)) for _ in range(2)]

        replaced = []

        def kill(victim, moments):
            for moment in moments:
                number = victim.audience.wait_for_more(3)
                victim.go_on(moment)
                worker, begin = klive.worker_of(victim.entry), time.monotonic()
                os.kill(worker, signal.SIGKILL)
                wait_for(lambda: klive.worker_of(victim.entry) not in (None, worker), 10, "another worker")
                replaced.append(time.monotonic() - begin)
                victim.audience.wait_for_more(1, since=number + 1)
        moments = [[random.uniform(0, LONGER) for _ in range(KILLS // ENTRIES)] for _ in victims]
        at_once([lambda each=each: kill(*each) for each in zip(victims, moments)])

        for victim in victims:
            victim.audience.wait_for_more(1)
            assert victim.encoder.connections == 1, victim.encoder.refusals
            # A machine that is busy with other things takes its time to replace it.
            assert_holes(victim.end(), KILLS // ENTRIES, max(LONGER, COST + max(replaced)))
        for other in others:
            other.end_whole()
            assert other.audience.longest_stall < 2 * SEGMENT
        assert klive.metric("klive_worker_restarts_total") == KILLS


def test_EncodersKilled_NothingThatTheySentIsLost(klive):
    random = seed()
    with contextlib.ExitStack() as stack:
        victims = [stack.enter_context(Broadcast(klive, same_clock=index % 2 == 0)) for index in range(ENTRIES)]

        def kill(victim, moments):
            for moment in moments:
                victim.go_on(moment)
                connections = victim.encoder.connections
                victim.encoder.break_off()
                wait_for(lambda: victim.encoder.connections > connections, 10, "the encoder's return")
                victim.audience.wait_for_more(1)
        moments = [[random.uniform(0, SEGMENT) for _ in range(KILLS // ENTRIES)] for _ in victims]
        at_once([lambda each=each: kill(*each) for each in zip(victims, moments)])

        for victim in victims:
            counts = victim.end()
            for track, count in counts.items():
                sent = victim.encoder.sent["video" if track.startswith("v") else "audio"]
                lost = sorted(set(sent) - set(count.numbers))
                assert not lost, f"{track}: sent, and not listed: {lost}\n{count.playlist.text}"
            assert len(victim.encoder.first_of) == KILLS // ENTRIES + 1


def test_DoorsKilled_WindowIsCompleteAndGoesOn(make_klive):
    random = seed()
    doors = [make_klive(), make_klive()]
    moments = [[random.uniform(0, SEGMENT) for _ in range(KILLS // len(doors))] for _ in doors]
    at_once([lambda each=each: kill_door(*each) for each in zip(doors, moments)])


def kill_door(klive, moments):
    with contextlib.ExitStack() as stack:
        shows = [stack.enter_context(Broadcast(klive)) for _ in range(2)]
        away = []
        for moment in moments:
            numbers = [show.audience.wait_for_more(1) for show in shows]
            shows[0].go_on(moment)
            begin = time.monotonic()
            klive.kill()
            for show in shows:
                show.audience.door_died()
            connections = [len(show.encoder.first_of) for show in shows]
            klive.start()
            for show, number, before in zip(shows, numbers, connections):
                # What the dead worker left may be a segment of its own: the encoder must be back, too.
                wait_for(lambda show=show, before=before: any(show.encoder.first_of[before:]), 10, "the encoder's return")
                away.append(time.monotonic() - begin)
                # Viewers go on without a reload within two target durations.
                show.audience.wait_for_more(1, since=number, timeout=2 * SEGMENT + 1)
        for show in shows:
            show.audience.wait_for_more(1)
            # The time that it was away, the chunk that was being made, and what comes before the next key frame.
            assert_holes(show.end(), len(moments), max(away) + SEGMENT)
            show.audience.fetch_all()
