# SPDX-License-Identifier: LGPL-2.1-or-later
"""app/demo: one command from nothing to a page that can be opened; Ctrl-C leaves nothing behind."""
import os
import pathlib
import re
import signal
import urllib.request

from program import Program


def processes_of_group(group):
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] != "Z":
                found.append(int(folder.name))
    return found


def test_Demo_PlaysAndStopsCleanly(source, build, tmp_path):
    # A sanitizer reserves more address space than a worker may have.
    unlimited = {"KLIVE_SERVER_WORKER_MEMORY": "0"} if os.environ.get("E2E_SANITIZED") else {}
    with Program([source / "app/demo", "--no-install", "--no-build", "--build", build, "--http-port", "0", "--rtmp-port", "0"],
                 tmp_path / "demo.log", {"TMPDIR": str(tmp_path), **unlimited}) as demo:
        demo.wait_for_output("Ctrl-C stops everything", 120)
        hls = re.search(r"HLS +(http://\S+)", demo.output())[1]
        page = re.search(r"page +(http://\S+)", demo.output())[1]

        def answer(url):
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read()
        assert answer(hls), "what is printed can be played at once"
        assert b"player" in answer(page)
        assert re.search(r'ffmpeg -re -i in\.mp4 -c copy -f flv "rtmp://\S+&t=\S+/1"', demo.output())

        os.killpg(demo.pid, signal.SIGINT)   # what the terminal does
        demo.wait(30)
        assert not processes_of_group(demo.pid), demo.output()
    assert not [each for each in tmp_path.iterdir() if each.is_dir()], "the temporary root is still there"
