# SPDX-License-Identifier: LGPL-2.1-or-later
"""kill -STOP, and CONT later: nobody is dropped, no frame comes twice."""
import contextlib
import os
import signal
import threading

from broadcast import SEGMENT, Broadcast, assert_holes, at_once
from deadline import wait_for


@contextlib.contextmanager
def stopped(pid):
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def pass_time(seconds):
    """What is tested is that this time passes."""
    threading.Event().wait(seconds)


def stop_worker_for_a_moment(klive):
    with Broadcast(klive) as show:
        show.audience.wait_for_more(3)
        with stopped(klive.worker_of(show.entry)):
            pass_time(2)
        show.audience.wait_for_more(2)
        show.end_whole()
        assert show.encoder.connections == 1


def stop_worker_for_long(klive):
    with Broadcast(klive) as show:
        number = show.audience.wait_for_more(3)
        worker = klive.worker_of(show.entry)
        with stopped(worker):
            wait_for(lambda: not os.path.exists(f"/proc/{worker}"), 15, "another worker in its place")
            show.audience.wait_for_more(2, since=number)
        assert_holes(show.end(), 1, 6)
        assert show.encoder.connections == 1, show.encoder.refusals


def stop_door(klive):
    with Broadcast(klive) as show, Broadcast(klive) as other:
        show.audience.wait_for_more(3)
        with stopped(klive.program.pid):
            pass_time(15)
        show.audience.wait_for_more(2)
        # TCP keeps what the encoders sent meanwhile.
        show.end_whole()
        other.end_whole()
        assert show.encoder.connections == other.encoder.connections == 1
        assert klive.metric("klive_worker_hangs_total") == 0


def test_Stopped_NothingIsLostOrTwice(make_klive):
    services = [make_klive() for _ in range(2)]
    at_once([lambda: stop_worker_for_a_moment(services[0]), lambda: stop_worker_for_long(services[0]),
             lambda: stop_door(services[1])])
