# SPDX-License-Identifier: LGPL-2.1-or-later
"""VLC without a screen, asked over its remote control what it has played."""
import os
import pathlib
import pwd
import re
import shutil
import socket
import tempfile

from program import Program

STATISTIC = re.compile(r"^\| ([a-z ]+?) *: *(\d+)", re.MULTILINE)


class Vlc:
    """Plays one URL. Use as a context manager."""

    def __init__(self, folder, url):
        # VLC does not run as root, and another user may not look into the folders of a test.
        self._home = pathlib.Path(tempfile.mkdtemp(prefix="klive-vlc-"))
        user = "nobody" if os.geteuid() == 0 else None
        if user:
            os.chown(self._home, pwd.getpwnam(user).pw_uid, -1)
        remote = self._home / "remote"
        vlc = shutil.which("cvlc")
        assert vlc, "cvlc is missing (data/packages/debian.txt)"
        self.program = Program([vlc, "-v", "--no-color", "--no-plugins-cache", "--vout", "vdummy", "--aout", "adummy",
                                "--intf", "oldrc", "--rc-fake-tty", "--rc-unix", remote, url],
                               pathlib.Path(folder) / "vlc.log",
                               {"HOME": str(self._home), "XDG_RUNTIME_DIR": str(self._home)}, user=user)
        self._remote = remote

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.kill()
        shutil.rmtree(self._home)

    def statistics(self):
        """What it has counted so far: "frames displayed", "buffers played" … Empty before it plays."""
        assert self.program.is_running(), f"VLC ended:\n{self.program.output()}"
        said = ""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            try:
                connection.connect(str(self._remote))
            except OSError:
                return {}
            connection.sendall(b"stats\n")
            while "stats: returned" not in said:
                received = connection.recv(65536)
                if not received:
                    return {}
                said += received.decode(errors="replace")
        return {name: int(value) for name, value in STATISTIC.findall(said)}
