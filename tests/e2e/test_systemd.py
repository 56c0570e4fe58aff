# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a service manager is told: ready, alive, stopping."""
import socket

from program import Program


def test_ServiceManager_IsToldOfReadinessProgressAndEnd(klive, tmp_path):
    """`klive` only lends its binary; the service under test is a second one, started as systemd does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(30)
        service = Program([klive.binary, "serve", "--root", tmp_path / "other", "--set", "http.port=0", "--set", "rtmp.port=0",
                           "--set", "http.address=127.0.0.1", "--set", "rtmp.address=127.0.0.1"], tmp_path / "service.log",
                          {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "600000"})
        try:
            assert manager.recv(200) == b"READY=1"
            for _ in range(3):
                assert manager.recv(200) == b"WATCHDOG=1"
            assert service.terminate() == 0, service.output()
            left = []
            while b"STOPPING=1" not in left:
                left.append(manager.recv(200))
        finally:
            service.kill()
