# SPDX-License-Identifier: LGPL-2.1-or-later
"""OBS Studio without a screen: a profile and a scene in a home of its own, streaming from the start."""
import json
import pathlib
import re
import secrets
import shutil

import obs_remote
from deadline import wait_for
from ports import free_port
from program import Program

# OBS asks no question of its first run when it has met these.
GLOBAL = """[General]
FirstRun=true
Pre19Defaults=false
Pre21Defaults=false
Pre23Defaults=false
Pre24.1Defaults=false
InfoIncrement=100
EnableAutoUpdates=false
[OBSWebSocket]
FirstLoad=false
ServerEnabled=true
ServerPort={port}
AlertsEnabled=false
AuthRequired=true
ServerPassword={password}
"""

# What its settings dialogue would write. The interval of key frames is left at OBS's own choice.
PROFILE = """[General]
Name=Klive
[Output]
Mode=Simple
Reconnect=true
RetryDelay=1
[SimpleOutput]
StreamEncoder=x264
VBitrate=1000
ABitrate=96
UseAdvanced=true
Preset=ultrafast
[Video]
BaseCX=640
BaseCY=360
OutputCX=640
OutputCY=360
FPSType=0
FPSCommon=30
[Audio]
SampleRate=48000
ChannelSetup=Stereo
"""


class Obs:
    """One OBS that shows a file and streams it. Use as a context manager."""

    def __init__(self, folder, media, server, key):
        self.folder = pathlib.Path(folder) / "obs"
        self.folder.mkdir(mode=0o700)
        self._port = free_port()
        self._password = secrets.token_hex(8)
        self._write_settings(media, server, key)
        self._screen = Program([find("Xvfb"), "-displayfd", "1", "-screen", "0", "1024x640x24", "-nolisten", "tcp"],
                               self.folder / "xvfb.log")
        number = wait_for(self._display, 30, lambda: f"the screen\n{self._screen.output()}")
        # It asks a server on the internet for its list of services; a proxy that is not there says no at once.
        environment = {"HOME": self.folder, "XDG_CONFIG_HOME": self.folder / "config", "XDG_RUNTIME_DIR": self.folder,
                       "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb", "LIBGL_ALWAYS_SOFTWARE": "1",
                       "LANG": "C.UTF-8", "https_proxy": "http://127.0.0.1:9"}
        self.program = Program([find("obs"), "--startstreaming", "--minimize-to-tray", "--multi", "--profile", "Klive",
                                "--collection", "Klive"], self.folder / "output.log", environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.kill()
        self._screen.kill()

    def _display(self):
        assert self._screen.is_running(), self._screen.output()
        found = re.search(r"^(\d+)\n", self._screen.output(), re.MULTILINE)
        return found and found[1]

    def _write_settings(self, media, server, key):
        settings = self.folder / "config/obs-studio"
        profile = settings / "basic/profiles/Klive"
        profile.mkdir(parents=True)
        (settings / "global.ini").write_text(GLOBAL.format(port=self._port, password=self._password))
        (profile / "basic.ini").write_text(PROFILE)
        service = {"type": "rtmp_custom", "settings": {"server": server, "key": key, "use_auth": False}}
        (profile / "service.json").write_text(json.dumps(service))
        scenes = settings / "basic/scenes"
        scenes.mkdir()
        (scenes / "Klive.json").write_text(json.dumps(scene_collection(media)))

    def log(self):
        """Its own log: what its user finds under Help, Log Files."""
        return "".join(path.read_text(errors="replace")
                       for path in sorted(self.folder.glob("config/obs-studio/logs/*.txt")))

    def wait_for_log(self, text, timeout=40):
        def seen():
            found = text in self.log()
            assert found or self.program.is_running(), f"OBS ended without \"{text}\":\n{self.log()[-4000:]}"
            return found
        wait_for(seen, timeout, lambda: f"\"{text}\" in the log of OBS\n{self.log()[-4000:]}")

    def stop_streaming(self):
        """Presses "Stop Streaming". (Told to quit while it streams, OBS 29 now and then crashes or hangs.)"""
        obs_remote.request(self._port, self._password, "StopStream")
        self.wait_for_log("Streaming Stop")


def find(name):
    path = shutil.which(name)
    assert path, f"{name} is missing (data/packages/debian.txt)"
    return path


def scene_collection(media):
    """One scene with one source: the file, over and over."""
    source = {"id": "ffmpeg_source", "name": "File", "enabled": True, "volume": 1.0,
              "settings": {"local_file": str(media), "looping": True, "hw_decode": False}}
    scene = {"id": "scene", "name": "Scene",
             "settings": {"id_counter": 1,
                          "items": [{"id": 1, "name": "File", "visible": True, "pos": {"x": 0.0, "y": 0.0},
                                     "scale": {"x": 2.0, "y": 2.0}}]}}
    return {"name": "Klive", "current_scene": "Scene", "current_program_scene": "Scene",
            "scene_order": [{"name": "Scene"}], "sources": [source, scene]}
