# SPDX-License-Identifier: LGPL-2.1-or-later
"""Something in the media path of an entry aborts, crashes, hangs or eats memory: it costs that entry one segment at
most, and twenty other publications and their viewers nothing."""
import contextlib
import os

from broadcast import SEGMENT, Broadcast, assert_holes, at_once
from deadline import wait_for
from faults import breakable, fault

OTHERS = 20
# Before the demuxer, and behind the segmenter.
WHAT = ["abort", "crash", "hang", "error"]
# A sanitizer reserves more address space than a worker may have, so nothing would stop it from eating.
LIMIT = [] if os.environ.get("E2E_SANITIZED") else ["server.worker-memory=512M"]
FAULTS = [(place, what) for what in WHAT + ["eat"] * len(LIMIT) for place in ("in", "out")]
# What an entry's segments last unless it is told otherwise.
LONG = 6.0


def test_OneEntryBreaks_CostsASegmentAtMostAndTheOthersNothing(make_klive, tmp_path, source, build):
    settings, environment = breakable(tmp_path, source, build)
    klive = make_klive(*settings, *LIMIT, environment=environment)
    with contextlib.ExitStack() as stack:
        others = [stack.enter_context(Broadcast(klive, period=1.5, flush=0.1)) for _ in range(OTHERS)]
        victims = [stack.enter_context(Broadcast(klive, segment=LONG)) for _ in FAULTS]

        def break_it(victim, where, what):
            number = victim.audience.wait_for_more(4)
            worker = klive.worker_of(victim.entry)
            victim.encoder.inject(fault(where, what))
            # An error in its stream ends a publication; the encoder comes back.
            wait_for(lambda: not os.path.exists(f"/proc/{worker}") or victim.encoder.connections > 1, 30,
                     f"{where} {what}")
            victim.audience.wait_for_more(2, since=number, timeout=40)
        at_once([lambda each=each: break_it(*each) for each in zip(victims, *zip(*FAULTS))])

        for victim, (where, what) in zip(victims, FAULTS):
            assert_holes(victim.end(), 1, LONG)
            assert victim.encoder.connections == (2 if what == "error" else 1), (where, what)
        for other in others:
            other.end_whole()
            assert other.encoder.connections == 1
            assert other.audience.longest_stall < 2 * SEGMENT, other.audience.longest_stall
