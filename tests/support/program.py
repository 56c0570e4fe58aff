# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program that runs beside the test: started, watched through its log, ended by its own pid."""
import os
import pathlib
import signal
import subprocess

from deadline import wait_for


class Program:
    """One process with its output in a file. Use as a context manager: it does not outlive its block."""

    def __init__(self, arguments, log, environment=None, user=None):
        self.arguments = [str(each) for each in arguments]
        self.log = pathlib.Path(log)
        # As a shell's > does it, not >>: a program that seeks in its output is found out.
        self._file = open(os.open(self.log, os.O_WRONLY | os.O_CREAT, 0o666), "wb")
        self._file.seek(0, os.SEEK_END)
        self.process = subprocess.Popen(
            self.arguments, stdin=subprocess.DEVNULL, stdout=self._file, stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})}, user=user, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    @property
    def pid(self):
        return self.process.pid

    def is_running(self):
        return self.process.poll() is None

    def output(self):
        return self.log.read_text(errors="replace")

    def wait_for_output(self, text, timeout=20):
        def seen():
            found = text in self.output()
            assert found or self.is_running(), f"{self.arguments[0]} ended without \"{text}\":\n{self.output()}"
            return found
        wait_for(seen, timeout, f"\"{text}\" in the output of {self.arguments[0]}")

    def wait(self, timeout):
        """Its exit status."""
        wait_for(lambda: not self.is_running(), timeout, lambda: f"the end of {self.arguments[0]}\n{self.output()[-2000:]}")
        return self.process.returncode

    def interrupt(self, timeout=10):
        """Ends it the way a person does, and returns its exit status."""
        if self.is_running():
            self.process.send_signal(signal.SIGINT)
        return self.wait(timeout)

    def terminate(self, timeout=20):
        if self.is_running():
            self.process.terminate()
        return self.wait(timeout)

    def kill(self):
        """kill -9: the process and what it started."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self._file.close()
