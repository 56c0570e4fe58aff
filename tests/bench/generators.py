# SPDX-License-Identifier: LGPL-2.1-or-later
"""Generators: what loads a server, on the other core."""
import json
import os
import re
import subprocess
import threading

from deadline import wait_for
from processes import processor_of
from servers import LOAD_CORE, on_core


class Load:
    """rtmp-load, which publishes until it is ended. Use as a context manager."""

    def __init__(self, build, targets, per_second=10):
        self.count = targets.count("\n")
        with on_core(LOAD_CORE):
            self.process = subprocess.Popen([build / "tests/bench/load/rtmp-load", "--per-second", str(per_second)],
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.published, self.over, self.summary = 0, [], {}
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.process.stdin.write(targets)
        self.process.stdin.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def _read(self):
        for line in self.process.stdout:
            event = json.loads(line)
            if event["event"] == "published":
                self.published += 1
            elif event["event"] == "summary":
                self.summary = event
            else:
                self.over.append(event)

    def wait(self, timeout=60):
        wait_for(lambda: self.published == self.count or self.over, timeout,
                 lambda: f"{self.count} publications; there are {self.published}")
        assert not self.over, f"a publication ended: {self.over[0]}"
        return self

    def processor(self):
        return processor_of(self.process.pid)

    def end(self):
        """What it says about all that it has sent."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(20)
        self._reader.join()
        return self.summary


def connects(build, targets, at_once, to_connect=False, rest=0):
    """rtmp-connects' figures. `rest`: milliseconds before each."""
    with on_core(LOAD_CORE):
        done = subprocess.run([build / "tests/bench/load/rtmp-connects", "--at-once", str(at_once), "--rest", str(rest),
                               *(["--to-connect"] if to_connect else [])],
                              input=targets, capture_output=True, text=True, check=True, timeout=300)
    return json.loads(done.stdout)


def wrk(url, seconds, connections=100):
    """Answers and bits per second of one URL, and the time that 99 of 100 answers took at most, in ms."""
    with on_core(LOAD_CORE):
        said = subprocess.run(["wrk", "--latency", "-t1", f"-c{connections}", f"-d{seconds}s", url], capture_output=True, text=True,
                              check=True, env={**os.environ, "LC_ALL": "C"}).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    assert not bad, f"{url}: {bad[1]} answers were errors"
    amount, unit = re.search(r"Transfer/sec:\s+([\d.]+)(\w+)", said).groups()
    size = float(amount) * {"B": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30}[unit]
    late, late_unit = re.search(r"99%\s+([\d.]+)(\w+)", said).groups()
    return {"answers": float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), "bits": 8 * size,
            "p99": float(late) * {"us": 0.001, "ms": 1, "s": 1000}[late_unit]}
