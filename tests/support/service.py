# SPDX-License-Identifier: LGPL-2.1-or-later
"""Klive: a service under test, with a folder and ports of its own."""
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import urllib.error
import urllib.request

from deadline import wait_for
from hls import MasterPlaylist, MediaPlaylist
from program import Program


@dataclasses.dataclass
class Entry:
    """What the API says about an entry, in the words of a test."""
    id: str
    token: str
    url: str         # publish URL of the primary side, without the stream name
    backup_url: str

    def stream(self, name="1"):
        return f"{self.url}/{name}"

    def stream_with_token(self, token, name="1"):
        return f"{self.url.replace(self.token, token)}/{name}"


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)


def _parents():
    """(process, its parent), of all there are."""
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                yield int(folder.name), int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError, ValueError):
                continue


class Klive:
    def __init__(self, binary, root, settings=(), environment=None):
        self.binary = pathlib.Path(binary)
        self.root = pathlib.Path(root)
        self.settings = list(settings)
        self.environment = environment or {}
        self.program = None
        self.http_port = 0
        self.rtmp_port = 0
        self.starts = 0

    # The service itself

    def start(self):
        """Starts it and returns when it is ready. Ports stay the same over restarts."""
        self.starts += 1
        arguments = [self.binary, "serve", "--root", self.root]
        for setting in [f"http.port={self.http_port}", f"rtmp.port={self.rtmp_port}",
                        "http.address=127.0.0.1", "rtmp.address=127.0.0.1", *self.settings]:
            arguments += ["--set", setting]
        self.program = Program(arguments, self.root.parent / f"klive-{self.starts}.log",
                               {"GST_DEBUG_NO_COLOR": "1", "GST_DEBUG": os.environ.get("E2E_GST_DEBUG", "2,klive*:4"),
                                **self.environment})
        found = wait_for(self._service_file, 30, "service.json")
        self.http_port = found["http"]["port"]
        self.rtmp_port = found["rtmp"]["port"]
        wait_for(lambda: self.get("/readyz").status == 200, 10, "/readyz")
        return self

    def _service_file(self):
        assert self.program.is_running(), f"klive serve ended:\n{self.program.output()}"
        try:
            found = json.loads((self.root / "run/service.json").read_text())
        except (OSError, ValueError):
            return None
        return found if found.get("pid") == self.program.pid else None

    def stop(self):
        return self.program.terminate()

    def kill(self):
        """kill -9 of the door."""
        os.kill(self.program.pid, signal.SIGKILL)
        self.program.process.wait()

    def close(self):
        """Ends it at the end of a test and holds it to a clean exit."""
        if self.program is None:
            return
        was_running = self.program.is_running()
        status = self.program.terminate() if was_running else self.program.process.returncode
        self.program.kill()
        assert not was_running or status == 0, f"klive serve ended with {status}:\n{self.program.output()[-4000:]}"

    def fork_server(self):
        """The pid of the process that its workers are forked from."""
        return next(pid for pid, parent in _parents() if parent == self.program.pid)

    def workers(self):
        """The pids of its workers."""
        servers = {pid for pid, parent in _parents() if parent == self.program.pid}
        return [pid for pid, parent in _parents() if parent in servers]

    def worker_of(self, entry):
        """The pid of the worker that has the entry's window open, or None."""
        for pid in self.workers():
            try:
                if any(f"/live/{entry.id}/" in os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")):
                    return pid
            except OSError:
                continue
        return None

    # The command line

    def run(self, *arguments, check=True):
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True, timeout=60)
        assert not check or done.returncode == 0, done.stderr
        return done

    def add_entry(self, *options, name="An event"):
        made = self.run("entry", "add", "--root", self.root, "--name", name, "--json", *options)
        return self.entry(json.loads(made.stdout))

    @staticmethod
    def entry(api_object):
        return Entry(api_object["id"], api_object["streamPassword"], api_object["primaryBroadcastingUrl"],
                     api_object["secondaryBroadcastingUrl"])

    def renew_token(self, entry):
        made = self.run("entry", "token", entry.id, "--root", self.root, "--json")
        return self.entry(json.loads(made.stdout))

    def call(self, service, action, parameters):
        """Calls the API as an administrator; what it answers must not be an error."""
        ks = self.run("ks", "--root", self.root, "--type", "admin").stdout.strip()
        request = urllib.request.Request(
            f"{self.origin}/api_v3/service/{service}/action/{action}",
            json.dumps({"format": 1, "ks": ks, **parameters}).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            result = json.loads(answer.read())
        assert not (isinstance(result, dict) and result.get("objectType") == "KalturaAPIException"), result
        return result

    # HTTP

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.http_port}"

    def get(self, path, method="GET", headers=None, timeout=30):
        request = urllib.request.Request(self.origin + path, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, dict(refused.headers), refused.read())
        except (urllib.error.URLError, ConnectionError) as failed:
            return Answer(0, {}, str(failed).encode())

    def hls(self, entry):
        return f"{self.origin}/live/{entry.id}/master.m3u8"

    def dash(self, entry):
        return f"{self.origin}/live/{entry.id}/manifest.mpd"

    def page(self, entry):
        return f"{self.origin}/watch/{entry.id}"

    def master(self, entry):
        """The master playlist, or None while there is none."""
        answer = self.get(f"/live/{entry.id}/master.m3u8")
        return MasterPlaylist(answer.text) if answer.status == 200 else None

    def media_playlist(self, entry, track=None):
        """A media playlist (of the first variant when no track is named), or None."""
        if track is None:
            master = self.master(entry)
            if master is None or not master.variants:
                return None
            track = master.variants[0].uri.rsplit("/", 1)[0]
        answer = self.get(f"/live/{entry.id}/{track}/index.m3u8")
        return MediaPlaylist(answer.text, track) if answer.status == 200 else None

    def wait_for_segments(self, entry, count, timeout=30, track=None):
        """The media playlist as soon as it has `count` segments."""
        def enough():
            playlist = self.media_playlist(entry, track)
            return playlist if playlist and len(playlist.segments) >= count else None
        return wait_for(enough, timeout, lambda: f"{count} segments of {entry.id}\n{self.program.output()[-3000:]}")

    def metric(self, name):
        """The sum of a metric over its labels."""
        total = 0.0
        for line in self.get("/metrics").text.splitlines():
            if line.startswith(name) and line[len(name)] in " {":
                total += float(line.rsplit(" ", 1)[1])
        return total
