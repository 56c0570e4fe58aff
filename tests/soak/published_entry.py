# SPDX-License-Identifier: LGPL-2.1-or-later
"""Broadcast: one entry and the encoder that publishes it, which is started again whenever it has ended."""
import os
import subprocess
import time

from allowance import Allowance

RATE, AUDIO_RATE, FRAME_RATE = 300_000, 64_000, 25
SEGMENT = 2          # seconds
RETRY = 0.5          # seconds between an encoder's end and its return


class Encoder:
    """A process of rtmp-load. Its frames are numbered from `generation` * 2^32."""

    def __init__(self, program, url, generation=0, source=None, log=None):
        self.log = log
        arguments = [program, "--rate", RATE, "--audio-rate", AUDIO_RATE, "--frame-rate", FRAME_RATE,
                     "--key-interval", FRAME_RATE, "--batch", 100, "--counter", generation << 32]
        arguments += ["--source", source] if source else []
        with open(log, "w") as out:
            self.process = subprocess.Popen([str(each) for each in arguments], stdin=subprocess.PIPE, stdout=out,
                                            stderr=subprocess.STDOUT, text=True)
        # Its input and not its arguments: a token is nobody's business who lists processes.
        self.process.stdin.write(f"{url} 1\n")
        self.process.stdin.close()

    def is_running(self):
        return self.process.poll() is None

    def said(self):
        return self.log.read_text()

    def send_signal(self, number):
        if self.is_running():
            self.process.send_signal(number)

    def end(self):
        """Ends it whatever its state."""
        if self.is_running():
            self.process.kill()
        self.process.wait()


class Broadcast:
    def __init__(self, number, klive, program, folder, options):
        self.number = number
        self.entry = klive.add_entry("--segment-duration", f"{SEGMENT}s", *options, name=f"Soak {number}")
        self.allowance = Allowance()
        self.is_busy = False       # a fault is being made
        self.is_held_back = False  # its encoder is not started again
        self.last_worker_death = 0.0
        self.tokens = {self.entry.token}
        self._program = program
        self._folder = folder
        self._generation = 0
        self._ended_at = 0.0
        self.encoder = None

    def new_encoder(self, source=None):
        self._generation += 1
        return Encoder(self._program, self.entry.url, self._generation, source,
                       self._folder / f"encoder-{self.number}.log")

    def step(self):
        """Starts the encoder when there is none. Returns a sentence when it ended and no fault was made."""
        if self.encoder is None or not self.encoder.is_running():
            if self.encoder is not None and not self._ended_at:
                self._ended_at = time.time()
                if self.allowance.fault_of(self._ended_at - RETRY, self._ended_at) is None:
                    said, self._ended_at = self.encoder.said().strip(), self._ended_at - RETRY
                    self.encoder = None
                    return f"{self.entry.id}: its encoder was cut off: {said}"
            if not self.is_held_back and time.time() - self._ended_at >= RETRY:
                self.encoder = self.new_encoder()
                self._ended_at = 0.0
        return None

    def replace_encoder(self, encoder):
        """Another process publishes from now on; the one before may have been cut off."""
        self.encoder.end()
        self.encoder = encoder
        self._ended_at = 0.0

    def renew_token(self, klive):
        self.entry = klive.renew_token(self.entry)
        self.tokens.add(self.entry.token)

    def worker(self, klive):
        """The pid of its worker, or None."""
        for pid in klive.workers():
            try:
                if any(f"/live/{self.entry.id}/" in os.readlink(f"/proc/{pid}/fd/{fd}")
                       for fd in os.listdir(f"/proc/{pid}/fd")):
                    return pid
            except OSError:
                pass
        return None

    def close(self):
        self.is_held_back = True
        if self.encoder:
            self.encoder.end()
