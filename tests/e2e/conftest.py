# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the end-to-end tests share: a service of their own and media to publish.

E2E_KLIVE names the binary, E2E_BUILD the build folder; meson sets both. By hand:
  E2E_BUILD=build python3 -m pytest tests/e2e/test_crash.py
"""
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from faults import Faults  # noqa: E402
from media import make_media  # noqa: E402
from service import Klive  # noqa: E402

SOURCE = HERE.parent.parent
BUILD = pathlib.Path(os.environ.get("E2E_BUILD", SOURCE / "build")).resolve()


@pytest.fixture(scope="session")
def build():
    return BUILD


@pytest.fixture(scope="session")
def source():
    return SOURCE


@pytest.fixture(scope="session")
def program():
    """The binary. GStreamer's registry is made before, so that no test pays for reading every plugin of the system."""
    binary = os.environ.get("E2E_KLIVE", BUILD / "app" / "klive")
    subprocess.run([binary, "check"], check=True, capture_output=True, timeout=60)
    return binary


@pytest.fixture
def make_klive(tmp_path, program):
    """Makes services; each is ended, and must end cleanly."""
    made = []

    def make(*settings, environment=None):
        root = tmp_path / f"root-{len(made)}" / "klive"
        root.mkdir(parents=True)
        # A sanitizer reserves more address space than a worker may have.
        unlimited = ["server.worker-memory=0"] if os.environ.get("E2E_SANITIZED") else []
        klive = Klive(program, root, [*unlimited, *settings], environment)
        made.append(klive)
        return klive.start()

    yield make
    for klive in made:
        klive.close()


@pytest.fixture
def klive(make_klive):
    return make_klive()


@pytest.fixture
def quick_klive(make_klive, tmp_path, build):
    """One whose disk is quick enough for media that is published faster than time."""
    return make_klive(environment=Faults(tmp_path, build).flush_nothing().environment)


@pytest.fixture(scope="session")
def media(tmp_path_factory):
    """Thirty seconds of picture and tone, a key frame every two seconds."""
    return make_media(tmp_path_factory.mktemp("media") / "media.mp4", 30)
