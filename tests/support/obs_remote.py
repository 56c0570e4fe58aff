# SPDX-License-Identifier: LGPL-2.1-or-later
"""OBS's remote control (obs-websocket 5), as much of it as pressing a button takes.

OBS                                          here
 │ ◄── GET / Upgrade: websocket ──────────────│   RFC 6455 section 4
 │ ──── {"op": 0, authentication} ──────────► │   Hello
 │ ◄─── {"op": 1, authentication} ────────────│   Identify
 │ ──── {"op": 2} ──────────────────────────► │   Identified
 │ ◄─── {"op": 6, requestType} ───────────────│   Request
 │ ──── {"op": 7, requestStatus} ───────────► │   RequestResponse
"""
import base64
import hashlib
import json
import os
import socket
import struct


def request(port, password, name):
    """One request; it must succeed."""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        key = base64.b64encode(os.urandom(16)).decode()
        connection.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        stream = connection.makefile("rb")
        assert b" 101 " in stream.readline()
        while stream.readline() != b"\r\n":
            pass
        asked = receive(stream, 0)["authentication"]
        secret = digest(password + asked["salt"])
        send(connection, 1, {"rpcVersion": 1, "eventSubscriptions": 0,
                             "authentication": digest(secret + asked["challenge"])})
        receive(stream, 2)
        send(connection, 6, {"requestType": name, "requestId": "1"})
        status = receive(stream, 7)["requestStatus"]
        assert status["result"], status


def digest(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def send(connection, operation, data):
    """One masked text frame (RFC 6455 section 5.2); a mask of zeros leaves the bytes as they are."""
    body = json.dumps({"op": operation, "d": data}).encode()
    size = struct.pack("!B", 0x80 | len(body)) if len(body) < 126 else struct.pack("!BH", 0x80 | 126, len(body))
    connection.sendall(b"\x81" + size + bytes(4) + body)


def receive(stream, operation):
    """The data of the next frame, which must be of that operation."""
    kind, size = stream.read(2)
    if size == 126:
        size, = struct.unpack("!H", stream.read(2))
    body = stream.read(size)
    assert kind == 0x81, f"no text: {body}"
    message = json.loads(body)
    assert message["op"] == operation, message
    return message["d"]
