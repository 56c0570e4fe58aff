# SPDX-License-Identifier: LGPL-2.1-or-later
"""The faults. Each is a generator that yields the seconds that it wants to wait; meanwhile everything else goes on. Before
it does harm it opens an allowance for what that may cost, and closes it when all must be well again."""
import contextlib
import json
import os
import signal
import socket
import struct
import time

from published_entry import SEGMENT, Encoder

# What a fault may cost, in seconds of media.
OPEN_SEGMENT = SEGMENT + 1.0   # the segment that was being written, and the chunk before it was
IN_FLIGHT = 0.5                # what an encoder had not handed over yet
KEY_FRAME = 1.5                # until the next key frame, at which anybody can begin
HANGS_AFTER = 1.5              # the door ends a worker that does nothing for 2 s
RECOVERY = 6.0                 # a worker in its place, and the key frame
PATIENCE = 20.0                # for what must happen at once on an idle machine


class Broken(AssertionError):
    pass


def waiting(condition, what, patience=PATIENCE):
    """Yields until the condition is met."""
    end = time.monotonic() + patience
    while not (found := condition()):
        if time.monotonic() > end:
            raise Broken(f"after {patience:.0f} s still waiting for {what}")
        yield 0.2
    return found


def is_gone(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] in "ZX"
    except OSError:
        return True


# One broadcast

def worker_killed(soak, broadcast):
    yield from _wait_for_quiet_worker(broadcast)
    worker = yield from waiting(lambda: broadcast.worker(soak.klive), f"the worker of {broadcast.entry.id}")
    now = time.time()
    span = broadcast.allowance.open("worker_killed", now - OPEN_SEGMENT)
    os.kill(worker, signal.SIGKILL)
    broadcast.last_worker_death = now
    yield RECOVERY
    span.end = time.time()


def worker_hangs(soak, broadcast):
    """Stopped for good: the door must notice and take another."""
    yield from _wait_for_quiet_worker(broadcast)
    worker = yield from waiting(lambda: broadcast.worker(soak.klive), f"the worker of {broadcast.entry.id}")
    span = broadcast.allowance.open("worker_hangs", time.time() - OPEN_SEGMENT)
    os.kill(worker, signal.SIGSTOP)
    yield from waiting(lambda: is_gone(worker), "the door to end a worker that hangs")
    broadcast.last_worker_death = time.time()
    yield RECOVERY
    span.end = time.time()


def _wait_for_quiet_worker(broadcast):
    """The door takes its time with a worker that dies again and again; that is another fault's subject."""
    while time.time() - broadcast.last_worker_death < 40:
        yield 1.0


def worker_stopped_shortly(soak, broadcast):
    """Nothing may be lost: what it does not read waits for it, and it is not taken for one that hangs."""
    worker = yield from waiting(lambda: broadcast.worker(soak.klive), f"the worker of {broadcast.entry.id}")
    stopped, stopped_at = time.monotonic(), time.time()
    os.kill(worker, signal.SIGSTOP)
    yield soak.random.uniform(0.2, 1.0)
    with contextlib.suppress(ProcessLookupError):
        os.kill(worker, signal.SIGCONT)
    if time.monotonic() - stopped > HANGS_AFTER:
        # This program was held up itself, by whatever else the machine does: the door is right to take another worker.
        span = broadcast.allowance.open("worker_hangs", stopped_at - OPEN_SEGMENT)
        broadcast.last_worker_death = time.time()
        yield RECOVERY
        span.end = time.time()
        return
    yield 4.0


def encoder_killed(soak, broadcast):
    yield from _encoder_ended(soak, broadcast, "encoder_killed", signal.SIGKILL)


def encoder_returns(soak, broadcast):
    """It says that it ends, and comes again."""
    yield from _encoder_ended(soak, broadcast, "encoder_returns", signal.SIGTERM)


def _encoder_ended(soak, broadcast, name, number):
    span = broadcast.allowance.open(name, time.time() - IN_FLIGHT)
    broadcast.is_held_back = True
    broadcast.encoder.send_signal(number)
    yield soak.random.choice([0, 0.5, 3, 10])
    broadcast.is_held_back = False
    yield from _back_on_air(broadcast, span)


def _back_on_air(broadcast, span):
    yield from waiting(lambda: broadcast.encoder and broadcast.encoder.is_running() and
                       '"published"' in broadcast.encoder.said(), f"{broadcast.entry.id} to be published again")
    span.end = time.time() + KEY_FRAME
    yield KEY_FRAME + 2


def encoder_stopped_shortly(soak, broadcast):
    broadcast.encoder.send_signal(signal.SIGSTOP)
    yield soak.random.uniform(0.5, 6)
    broadcast.encoder.send_signal(signal.SIGCONT)
    yield 4.0


def taken_over(soak, broadcast):
    """A second encoder of the same address and token: the first is ended."""
    span = broadcast.allowance.open("taken_over", time.time() - IN_FLIGHT)
    broadcast.is_held_back = True
    first, second = broadcast.encoder, broadcast.new_encoder()
    yield from waiting(lambda: not first.is_running(), "the end of the encoder that was taken over from")
    broadcast.replace_encoder(second)
    broadcast.is_held_back = False
    yield from _back_on_air(broadcast, span)


def duplicate(soak, broadcast):
    """A second encoder from elsewhere is refused, and the first does not notice."""
    other = Encoder(soak.rtmp_load, broadcast.entry.url, 0, soak.other_address(), soak.folder / "duplicate.log")
    try:
        yield from waiting(lambda: not other.is_running(), "the end of a second encoder")
        if '"refused"' not in other.said():
            raise Broken(f"a second encoder was not refused: {other.said()}")
    finally:
        other.end()


def wrong_tokens(soak, broadcast):
    wrong = "".join(soak.random.choices("0123456789abcdef", k=len(broadcast.entry.token)))
    soak.tokens.add(wrong)
    url = broadcast.entry.url.replace(broadcast.entry.token, wrong)
    encoders = [Encoder(soak.rtmp_load, url, 0, soak.other_address(), soak.folder / f"wrong-{number}.log")
                for number in range(soak.random.randint(1, 5))]
    try:
        yield from waiting(lambda: not any(each.is_running() for each in encoders), "wrong tokens to be refused")
        for each in encoders:
            if '"refused"' not in each.said():
                raise Broken(f"a wrong token was not refused: {each.said()}")
    finally:
        for each in encoders:
            each.end()


def token_renewed(soak, broadcast):
    """The encoder is cut off, and comes back with the new token."""
    span = broadcast.allowance.open("token_renewed", time.time() - IN_FLIGHT)
    broadcast.is_held_back = True
    old = broadcast.encoder
    broadcast.renew_token(soak.klive)
    soak.tokens |= broadcast.tokens
    yield from waiting(lambda: not old.is_running(), "the end of an encoder with an old token")
    broadcast.is_held_back = False
    yield from _back_on_air(broadcast, span)


def viewers_abort(soak, broadcast):
    """Viewers that ask and go away, in the middle of everything."""
    sockets = []
    try:
        for _ in range(soak.random.randint(10, 40)):
            connection = socket.create_connection(("127.0.0.1", soak.klive.http_port), 5)
            connection.setblocking(False)
            sockets.append(connection)
            try:
                connection.sendall(_request_of_an_aborting_viewer(soak, broadcast))
            except BlockingIOError:
                pass
        yield soak.random.uniform(0, 2)
    except OSError as error:
        raise Broken(f"a viewer could not connect: {error}") from None
    finally:
        for each in sockets:
            if soak.random.random() < 0.5:   # RST instead of FIN
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            each.close()
    yield 1.0


def _request_of_an_aborting_viewer(soak, broadcast):
    folder = f"/live/{broadcast.entry.id}"
    playlists = soak.checks[broadcast.number].sequences
    track = soak.random.choice(sorted(playlists) or ["v32"])
    number = playlists.get(track, (0, 0))[1]
    path = soak.random.choice([
        f"{folder}/master.m3u8", f"{folder}/manifest.mpd", f"{folder}/{track}/index.m3u8?_HLS_msn={number + 2}",
        f"{folder}/{track}/index.m3u8?_HLS_msn={number + 1}&_HLS_part=1", f"{folder}/{track}/seg-{number:08d}.m4s",
        f"{folder}/{track}/seg-{number + 1:08d}.9.m4s", "/api_v3/service/system/action/ping", f"/watch/{broadcast.entry.id}",
        f"{folder}/../../secrets.json", "/metrics"])
    request = f"GET {path} HTTP/1.1\r\nHost: soak\r\n\r\n".encode()
    return request[:soak.random.randint(1, len(request))] if soak.random.random() < 0.3 else request


# Beside the broadcasts

def entry_comes_and_goes(soak):
    """Added, published, deleted while it is on air or after: nothing stays of it."""
    entry = soak.klive.add_entry("--segment-duration", "2s", "--dvr-window", "2", name="Soak visitor")
    soak.tokens.add(entry.token)
    encoder = Encoder(soak.rtmp_load, entry.url, 0, None, soak.folder / "visitor.log")
    folder = soak.klive.root / "live" / entry.id
    try:
        yield from waiting(lambda: soak.klive.media_playlist(entry), f"the first segment of {entry.id}")
        yield soak.random.uniform(0, 10)
        if soak.random.random() < 0.5:
            encoder.end()
        soak.klive.run("entry", "delete", entry.id, "--root", soak.klive.root)
        yield from waiting(lambda: not encoder.is_running(), "the encoder of a deleted entry to be cut off")
        yield from waiting(lambda: not folder.exists(), "the window of a deleted entry to be removed")
    finally:
        encoder.end()
    if soak.klive.get(f"/live/{entry.id}/master.m3u8").status != 404:
        raise Broken("a deleted entry is still served")


# The whole service: nothing else is made meanwhile

def door_stopped_shortly(soak):
    os.kill(soak.klive.program.pid, signal.SIGSTOP)
    time.sleep(soak.random.uniform(0.5, 3))   # and not yield: a look at the window would wait for the door
    os.kill(soak.klive.program.pid, signal.SIGCONT)
    yield 4.0


def door_killed(soak):
    yield from _door_ends(soak, "door_killed", soak.klive.kill, OPEN_SEGMENT)


def door_restarted(soak):
    def stop():
        status = soak.klive.stop()
        if status != 0:
            raise Broken(f"klive serve ended with {status}")
    yield from _door_ends(soak, "door_restarted", stop, OPEN_SEGMENT)


def _door_ends(soak, name, end, cost):
    spans = [each.allowance.open(name, time.time() - cost) for each in soak.broadcasts]
    workers = soak.klive.workers()
    end()
    yield from waiting(lambda: all(is_gone(pid) for pid in workers), "the end of the workers of a door that is gone")
    yield soak.random.choice([0, 0.5, 5])
    soak.check_log()
    soak.klive.start()
    for broadcast, span in zip(soak.broadcasts, spans):
        yield from _back_on_air(broadcast, span)


def disk_full(soak):
    """Somebody else's file takes all the room: windows become shorter, what is live goes on."""
    soak.disk_was_full = True
    filler = soak.klive.root / "filler"
    with open(filler, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(64 * 1024))
        except OSError:
            pass
    try:
        yield soak.random.uniform(5, 15)
    finally:
        filler.unlink()
    yield 5.0


# How often each is made, against the others.
OF_A_WORKER = {worker_killed: 4, worker_hangs: 1, worker_stopped_shortly: 3}
OF_A_BROADCAST = {encoder_killed: 4, encoder_returns: 4, encoder_stopped_shortly: 3, taken_over: 2, token_renewed: 1}
# The calm broadcast has them too, and must not feel them.
HARMLESS = {viewers_abort: 4, duplicate: 2, wrong_tokens: 2}
BESIDE = {entry_comes_and_goes: 3}
# Rare, so that a door lives long enough to show whether it grows.
OF_THE_SERVICE = {door_stopped_shortly: 2, door_killed: 0.15, door_restarted: 0.05}
OF_THE_DISK = {disk_full: 1}
