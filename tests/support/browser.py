# SPDX-License-Identifier: LGPL-2.1-or-later
"""Browser: Chromium without a screen, driven through chromedriver (W3C WebDriver)."""
import base64
import json
import pathlib
import re
import shutil
import urllib.error
import urllib.request

from deadline import wait_for
from program import Program


class Browser:
    """One window. Use as a context manager."""

    def __init__(self, folder, size="1280,800"):
        self.folder = pathlib.Path(folder)
        driver = shutil.which("chromedriver")
        assert driver, "chromedriver is missing (data/packages/debian.txt: chromium-driver)"
        self._driver = Program([driver, "--port=0"], self.folder / "chromedriver.log")
        started = re.compile(r"started successfully on port (\d+)")
        wait_for(lambda: started.search(self._driver.output()), 30, "chromedriver")
        self._url = f"http://127.0.0.1:{started.search(self._driver.output())[1]}"
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--mute-audio", "--disable-dev-shm-usage",
                            "--autoplay-policy=no-user-gesture-required", "--ignore-certificate-errors",
                            f"--window-size={size}", f"--user-data-dir={self.folder / 'chromium'}"]}
        capabilities = {"browserName": "chrome", "goog:chromeOptions": options,
                        "goog:loggingPrefs": {"browser": "ALL"}}
        session = self._call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self._session = f"/session/{session['sessionId']}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._call("DELETE", self._session)
        except (OSError, AssertionError):
            pass
        self._driver.kill()

    def _call(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self._url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read())["value"]
        except urllib.error.HTTPError as failed:
            raise AssertionError(f"{path}: {failed.read().decode()[:2000]}") from None

    def open(self, url):
        self._call("POST", f"{self._session}/url", {"url": url})

    def run(self, script, *arguments):
        """Runs the body of a function in the page and returns what that returns."""
        return self._call("POST", f"{self._session}/execute/sync", {"script": script, "args": list(arguments)})

    def click(self, selector):
        found = self._call("POST", f"{self._session}/element", {"using": "css selector", "value": selector})
        element = next(iter(found.values()))
        self._call("POST", f"{self._session}/element/{element}/click", {})

    def screenshot(self, name):
        path = self.folder / name
        path.write_bytes(base64.b64decode(self._call("GET", f"{self._session}/screenshot")))
        return path

    def console(self):
        return "\n".join(line["message"] for line in
                         self._call("POST", f"{self._session}/se/log", {"type": "browser"}))

    # The video of the page

    def position(self):
        return self.run("const v = document.querySelector('video'); return v ? v.currentTime : 0")

    def is_playing(self):
        return self.run("const v = document.querySelector('video');"
                        "return !!v && !v.paused && v.readyState >= 3 && v.videoWidth > 0")

    def wait_until_playing(self, seconds=2, timeout=30):
        """Until the picture has moved on by some seconds."""
        wait_for(self.is_playing, timeout, lambda: f"the video to play\n{self.console()}")
        start = self.position()
        wait_for(lambda: self.position() >= start + seconds, timeout,
                 lambda: f"the video to go on from {start}; it is at {self.position()}\n{self.console()}")
