# SPDX-License-Identifier: LGPL-2.1-or-later
"""Front: nginx with data/nginx/klive.conf before a service, on free ports, with a certificate of its own."""
import os
import pathlib
import re
import shutil
import socket
import subprocess

from deadline import wait_for
from ports import free_ports
from program import Program
from service import Answer

NGINX = """daemon off;
master_process on;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr info;
{user}
events {{ worker_connections 512; }}
http {{
    include /etc/nginx/mime.types;
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/klive.conf;
}}
"""


class Front:
    """HTTPS before a running service. Use as a context manager."""

    def __init__(self, folder, configuration, klive):
        self.folder = pathlib.Path(folder) / "front"
        self.folder.mkdir()
        self.http_port, self.https_port = free_ports(2)
        self._make_certificate()
        self._write_configuration(pathlib.Path(configuration).read_text(), klive)
        nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        assert nginx, "nginx is missing (data/packages/debian.txt)"
        self.program = Program([nginx, "-p", self.folder, "-c", self.folder / "nginx.conf"], self.folder / "nginx.log")
        wait_for(self._is_ready, 20, lambda: f"nginx\n{self.program.output()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.terminate()
        self.program.kill()

    @property
    def origin(self):
        return f"https://localhost:{self.https_port}"

    def get(self, path, *options, method="GET", origin=None):
        """What curl gets over HTTP/2; the certificate must be right."""
        body = self.folder / "answer"
        body.unlink(missing_ok=True)
        how = ["--head"] if method == "HEAD" else ["--request", method]
        done = subprocess.run(
            ["curl", "-sS", "--http2", "--max-time", "30", "--cacert", self.folder / "certificate.pem", *how,
             "--dump-header", "-", "--output", body, *options, (origin or self.origin) + path],
            capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{path}: {done.stderr}"
        lines = done.stdout.split("\n\n")[0].splitlines()
        version, status = lines[0].split()[:2]
        assert version == "HTTP/2" or origin, f"{path}: {lines[0]}"
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        return Answer(int(status), headers, body.read_bytes() if body.exists() else b"")

    def _is_ready(self):
        assert self.program.is_running(), self.program.output()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.https_port)) == 0

    def _make_certificate(self):
        curve = "ec_paramgen_curve:prime256v1"
        subprocess.run(["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", curve,
                        "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                        "-keyout", self.folder / "key.pem", "-out", self.folder / "certificate.pem"],
                       check=True, capture_output=True, timeout=60)

    def _write_configuration(self, text, klive):
        """As the file itself says: four places, and the ports."""
        for place, value in {"@SERVER_NAME@": "localhost", "@ROOT@": klive.root, "@KEY@": self.folder / "key.pem",
                             "@CERTIFICATE@": self.folder / "certificate.pem"}.items():
            text = text.replace(place, str(value))
        ports = {"80": self.http_port, "443": self.https_port}
        text = re.sub(r"listen (\d+)", lambda found: f"listen 127.0.0.1:{ports[found[1]]}", text)
        text = re.sub(r"listen \[::\]:(\d+)", lambda found: f"listen [::1]:{ports[found[1]]}", text)
        if not has_ipv6():
            text = re.sub(r"listen \[::1\][^;]*;", "", text)
        text = text.replace("127.0.0.1:8080", f"127.0.0.1:{klive.http_port}")
        (self.folder / "klive.conf").write_text(text)
        # As root nginx would take another user, who may not look into the folders of a test.
        user = "user root;" if os.getuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(NGINX.format(folder=self.folder, user=user))


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False
