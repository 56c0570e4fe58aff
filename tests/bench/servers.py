# SPDX-License-Identifier: LGPL-2.1-or-later
"""The servers that are measured: klive in its two isolations, and Debian's nginx with its RTMP module. All run on one core."""
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

from deadline import wait_for
from ports import free_ports
from processes import family, footprint_of, processor_of

SERVER_CORE, LOAD_CORE = 0, 1
SEGMENT = 2   # seconds, of every server
FILES = 65536
CORES = os.sched_getaffinity(0)   # of the whole program, at its start


@contextlib.contextmanager
def on_core(core):
    """What is started meanwhile runs on this core only."""
    before = os.sched_getaffinity(0)
    pin_to(core)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def pin_to(core):
    """This thread; where there is no such core, it runs on any."""
    os.sched_setaffinity(0, {core} & CORES or CORES)


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """One process with all that it starts. Use as a context manager."""
    name = ""
    most_per_second = 1000   # new publications that leave it time for those that are there

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / self.name
        self.rtmp_port, self.http_port = free_ports(2)
        self.process = None
        self.starting = 0.0   # seconds until both ports took a connection

    def __enter__(self):
        self.folder.mkdir(parents=True)
        self.prepare()
        begin = time.monotonic()
        with on_core(SERVER_CORE), open(self.folder / "log", "w") as log:
            self.process = subprocess.Popen([str(each) for each in self.arguments()], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT, start_new_session=True)
        while not (is_listening(self.rtmp_port) and is_listening(self.http_port)):
            assert self.process.poll() is None and time.monotonic() < begin + 20, (self.folder / "log").read_text()
            time.sleep(0.0005)
        self.starting = time.monotonic() - begin
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def prepare(self):
        pass

    def pids(self):
        return family(self.process.pid)

    def processor(self):
        return sum(processor_of(pid) for pid in self.pids())

    def memory(self):
        return sum(footprint.memory for footprint in map(footprint_of, self.pids()) if footprint)

    def targets(self, numbers, low_latency=False):
        """Where to publish, as rtmp-load reads it; entries are made where that is needed."""
        raise NotImplementedError

    def playlist(self, number):
        """Path of the media playlist with picture."""
        raise NotImplementedError


class Klive(Server):
    """Window on: HLS, low-latency HLS and DASH, two hours."""
    isolation = ""

    def __init__(self, folder, build):
        super().__init__(folder)
        self.build = build
        self._entries = {}
        self._ks = None

    @property
    def root(self):
        return self.folder / "root"

    def arguments(self):
        settings = {"http.port": self.http_port, "rtmp.port": self.rtmp_port, "http.address": "127.0.0.1",
                    "rtmp.address": "127.0.0.1", "server.isolation": self.isolation,
                    "rtmp.max-unauthorised-per-address": 4000}
        return [self.build / "app/klive", "serve", "--root", self.root,
                *(part for name, value in settings.items() for part in ("--set", f"{name}={value}"))]

    def targets(self, numbers, low_latency=False):
        wait_for((self.root / "run/service.json").exists, 10, "service.json")
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port)
        lines = []
        for number in numbers:
            if number not in self._entries:
                self._entries[number] = self._add(connection, number, low_latency)
            lines.append(f"{self._entries[number]['primaryBroadcastingUrl']} 1\n")
        connection.close()
        return "".join(lines)

    def session(self):
        """Of an administrator."""
        if self._ks is None:
            made = subprocess.run([self.build / "app/klive", "ks", "--root", self.root, "--type", "admin"], check=True,
                                  capture_output=True, text=True)
            self._ks = made.stdout.strip()
        return self._ks

    def entry(self, number):
        """What the API said when it was made."""
        self.targets([number])
        return self._entries[number]

    def _add(self, connection, number, low_latency):
        entry = {"objectType": "KalturaLiveStreamEntry", "name": f"Entry {number}", "segmentDuration": SEGMENT * 1000,
                 "dvrStatus": 1, "dvrWindow": 120, "adminTags": "lowlatency" if low_latency else ""}
        connection.request("POST", "/api_v3/service/liveStream/action/add",
                           json.dumps({"ks": self.session(), "format": 1, "liveStreamEntry": entry}),
                           {"Content-Type": "application/json"})
        made = json.loads(connection.getresponse().read())
        assert "id" in made, made
        return made

    def playlist(self, number):
        return f"/live/{self._entries[number]['id']}/v32/index.m3u8"


class KliveProcess(Klive):
    name, isolation = "klive-process", "process"
    most_per_second = 10   # each starts a process


class KliveThread(Klive):
    name, isolation = "klive-thread", "thread"


NGINX = """daemon off;
worker_processes 1;
worker_rlimit_nofile {files};
pid {folder}/pid;
error_log {folder}/error.log error;
{user}
{modules}
events {{ worker_connections 16384; }}
{rtmp}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    keepalive_requests 100000000;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    {http}
}}
"""


class Nginx(Server):
    def arguments(self):
        return [nginx_program(), "-p", self.folder, "-c", self.folder / "nginx.conf"]

    def write(self, http_part, rtmp="", modules=""):
        user = "user root;" if os.getuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(NGINX.format(
            folder=self.folder, files=FILES, user=user, modules=modules, rtmp=rtmp, http=http_part))


class NginxRtmp(Nginx):
    """HLS with a window of a minute."""
    name = "nginx-rtmp"
    outputs = "hls on; hls_path {folder}/hls; hls_fragment {segment}s; hls_playlist_length 60s; hls_cleanup on;"

    def prepare(self):
        for each in ("hls", "dash"):
            (self.folder / each).mkdir()
        outputs = self.outputs.format(folder=self.folder, segment=SEGMENT)
        self.write(f"sendfile on; tcp_nopush on; server {{ listen 127.0.0.1:{self.http_port}; root {self.folder}; }}",
                   f"rtmp {{ server {{ listen 127.0.0.1:{self.rtmp_port}; chunk_size 4096;"
                   f" application live {{ live on; {outputs} }} }} }}",
                   f"load_module {rtmp_module()};")

    def targets(self, numbers, low_latency=False):
        return "".join(f"rtmp://127.0.0.1:{self.rtmp_port}/live s{number}\n" for number in numbers)

    def playlist(self, number):
        return f"/hls/s{number}.m3u8"


class NginxRtmpDash(NginxRtmp):
    """HLS and DASH, as klive has both."""
    name = "nginx-rtmp+dash"
    outputs = NginxRtmp.outputs + " dash on; dash_path {folder}/dash; dash_fragment {segment}s; dash_playlist_length 60s; dash_cleanup on;"


class NginxFiles(Nginx):
    """Bare nginx on the files of a klive."""
    name = "nginx-files"

    def __init__(self, folder, root):
        super().__init__(folder)
        self.root = root
        self.rtmp_port = self.http_port   # there is none

    def prepare(self):
        self.write(f"sendfile on; tcp_nopush on; server {{ listen 127.0.0.1:{self.http_port}; root {self.root}; }}")


class Front(Nginx):
    """data/nginx/klive.conf before a klive, without TLS: that costs every server the same."""
    name = "klive-front"

    def __init__(self, folder, configuration, klive):
        super().__init__(folder)
        self.configuration = configuration
        self.klive = klive
        self.rtmp_port = self.http_port

    def prepare(self):
        text = self.configuration.read_text()
        text = re.sub(r"server \{\s*listen 80;.*?\n\}", "", text, flags=re.DOTALL)
        text = re.sub(r"^\s*(ssl_\w+|http2_\w+)\s[^;]*;", "", text, flags=re.MULTILINE)
        text = re.sub(r"^\s*listen \[::\][^;]*;", "", text, flags=re.MULTILINE)
        text = re.sub(r"listen 443[^;]*;", f"listen 127.0.0.1:{self.http_port} backlog=4096;", text)
        text = text.replace("@SERVER_NAME@", "localhost").replace("@ROOT@", str(self.klive.root))
        (self.folder / "front.conf").write_text(text.replace("127.0.0.1:8080", f"127.0.0.1:{self.klive.http_port}"))
        self.write(f"include {self.folder}/front.conf;")


class FixedAnswer(Server):
    """A plain libsoup server with one answer for everything."""
    name = "libsoup-fixed"

    def __init__(self, folder, build, text):
        super().__init__(folder)
        self.build = build
        self.text = text
        self.rtmp_port = self.http_port

    def arguments(self):
        return ["sh", "-c", f"exec '{self.build}/tests/bench/load/fixed-answer' {self.http_port} < '{self.folder}/answer'"]

    def prepare(self):
        (self.folder / "answer").write_bytes(self.text)


def nginx_program():
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, "nginx is missing (data/packages/debian.txt)"
    return found


def rtmp_module():
    """Debian's libnginx-mod-rtmp."""
    for folder in ("/usr/lib/nginx/modules", "/usr/share/nginx/modules"):
        if (found := pathlib.Path(folder) / "ngx_rtmp_module.so").exists():
            return found
    raise AssertionError("nginx's RTMP module is missing (data/packages/debian.txt: libnginx-mod-rtmp)")
