# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same stream from two places: an encoder whose address changed, and a second one beside a living and a dead one."""
import time

from audience import Audience
from broadcast import SEGMENT, Broadcast, at_once
from deadline import wait_for
from encoder import Encoder

SILENT = 3.0     # after it a publication is taken over


def reason(refused):
    return " ".join(map(str, refused.args))


def test_AddressChanges_ReturnIsAdoptedWithinThreeSeconds(klive):
    entry = klive.add_entry("--segment-duration", "2s")
    with Encoder(entry.stream()) as first, Audience(klive, entry) as audience:
        first.wait_until_published()
        audience.wait_for_more(3, since=-1)
        # The network forgot the old connection; nobody closes it.
        first.fall_silent()
        begin = time.monotonic()
        with Encoder(entry.stream(), source=first.source, address="127.0.0.7") as second:
            second.wait_until_published(SILENT + 3)
            adopted = time.monotonic() - begin
            assert adopted < SILENT + 1.5, f"let in after {adopted:.1f} s"
            wait_for(lambda: klive.metric("klive_publications") == 1, 3, "the end of the ghost")
            number = audience.last_number()
            audience.wait_for_more(3, since=number)
            second.stop()
            counts = audience.wait_for_frame("v32", second.sent["video"][-1])
        for count in counts.values():
            count.assert_times()
            holes = count.holes()
            # The silence, and then the wait for a key frame.
            assert len(holes) <= 1 and all(hole.seconds < adopted + 2 * SEGMENT for hole in holes), \
                f"let in after {adopted:.1f} s: {', '.join(map(str, holes))}"
        assert set(first.sent["video"]) <= set(counts["v32"].numbers), "what the first sent is not there"


def test_SecondBesideALivingOne_IsRefusedAndBothAreNamed(klive):
    with Broadcast(klive) as show:
        show.audience.wait_for_more(1)
        with Encoder(show.entry.stream(), address="127.0.0.7") as second:
            wait_for(lambda: len(second.refusals) >= 5, 15, "refusals")
            assert second.connections == 0
            second.stop()
        assert all("already in use" in reason(each) and "127.0.0.1" in reason(each) for each in second.refusals), \
            [reason(each) for each in second.refusals]
        lines = [line for line in klive.program.output().splitlines() if "refused" in line and show.entry.id in line]
        assert lines and all("127.0.0.7" in line and "127.0.0.1" in line for line in lines), lines
        show.end_whole()


def test_SecondBehindADeadOne_IsLetInAtOnce(klive):
    def run(die):
        entry = klive.add_entry("--segment-duration", "2s")
        with Audience(klive, entry) as audience:
            with Encoder(entry.stream()) as first:
                first.wait_until_published()
                audience.wait_for_more(2, since=-1)
                first.retry = 60
                die(first)
                begin = time.monotonic()
                with Encoder(entry.stream(), source=first.source, address="127.0.0.7") as second:
                    second.wait_until_published(5)
                    assert time.monotonic() - begin < 1.5
                    audience.wait_for_more(2)
                    second.stop()
                    counts = audience.wait_for_frame("v32", second.sent["video"][-1])
                for count in counts.values():
                    count.assert_times()
                    assert len(count.holes()) <= 1
    at_once([lambda: run(lambda encoder: encoder.break_off()), lambda: run(lambda encoder: encoder.break_off(reset=True)),
             lambda: run(lambda encoder: encoder.stop())])
