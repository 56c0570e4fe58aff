# SPDX-License-Identifier: LGPL-2.1-or-later
"""RTMP as an encoder speaks it for hours: connect, publish, tags, and what the server says meanwhile. Nothing is
checked on the way out, so that a test may send what no encoder should."""
import os
import select
import socket
import struct
import urllib.parse

from rtmp_wire import AUDIO, VIDEO, amf

DATA = 18
_OUT_CHUNK = 65536


class Refused(Exception):
    """The server said no, in its own words: (code, description)."""


class Closed(Exception):
    """The connection is over."""


def read_amf(data):
    """The AMF0 values of a command."""
    values, at = [], 0
    while at < len(data):
        value, at = _read_value(data, at)
        values.append(value)
    return values


def _read_value(data, at):
    kind, at = data[at], at + 1
    if kind == 0:
        return struct.unpack_from(">d", data, at)[0], at + 8
    if kind == 1:
        return bool(data[at]), at + 1
    if kind == 2:
        size = struct.unpack_from(">H", data, at)[0]
        return data[at + 2:at + 2 + size].decode(), at + 2 + size
    if kind in (3, 8):
        at += 4 if kind == 8 else 0
        found = {}
        while True:
            size = struct.unpack_from(">H", data, at)[0]
            name, at = data[at + 2:at + 2 + size].decode(), at + 2 + size
            if not name and data[at] == 9:
                return found, at + 1
            found[name], at = _read_value(data, at)
    if kind in (5, 6):
        return None, at
    raise ValueError(f"AMF0 type {kind}")


def message(kind, timestamp, body, stream=1, chunk_stream=None):
    """One message as chunks."""
    chunk_stream = chunk_stream or {AUDIO: 4, VIDEO: 6, DATA: 5}.get(kind, 3)
    timestamp &= 0xffffffff
    extended = struct.pack(">I", timestamp) if timestamp >= 0xffffff else b""
    short = min(timestamp, 0xffffff)
    out = bytearray(bytes([chunk_stream]) + short.to_bytes(3, "big") + len(body).to_bytes(3, "big") + bytes([kind]) +
                    struct.pack("<I", stream) + extended)
    out += body[:_OUT_CHUNK]
    for at in range(_OUT_CHUNK, len(body), _OUT_CHUNK):
        out += bytes([0xc0 | chunk_stream]) + extended + body[at:at + _OUT_CHUNK]
    return bytes(out)


class Connection:
    """One publication. publish() returns when the server accepted it, and raises Refused or Closed."""

    def __init__(self, url, timeout=10, source=None):
        base, _, self._name = url.rpartition("/")
        parts = urllib.parse.urlsplit(base)
        self._app = parts.path.lstrip("/") + ("?" + parts.query if parts.query else "")
        self._tc_url = base
        self._input = bytearray()
        self._in_chunk = 128
        self._headers = {}
        self._messages = {}
        try:
            self.socket = socket.create_connection((parts.hostname, parts.port or 1935), timeout,
                                                   source_address=(source, 0) if source else None)
        except OSError as failed:
            raise Closed(str(failed)) from None
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def publish(self):
        try:
            self.socket.sendall(b"\x03" + bytes(8) + os.urandom(1528))
            answer = self._read_exactly(1 + 2 * 1536)
            self.socket.sendall(answer[1:1537] + message(1, 0, struct.pack(">I", _OUT_CHUNK), 0, 2) +
                                self._command("connect", 1, {"app": self._app, "type": "nonprivate",
                                                             "flashVer": "FMLE/3.0 (compatible; klive-tests)",
                                                             "tcUrl": self._tc_url}))
            self._wait_for("_result")
            self.socket.sendall(self._command("createStream", 2, None))
            self._wait_for("_result")
            self.socket.sendall(self._command("publish", 3, None, self._name, "live", stream=1))
            self._wait_for("onStatus")
        except OSError as failed:
            raise Closed(str(failed)) from None
        return self

    def _command(self, name, number, *arguments, stream=0):
        return message(20, 0, amf(name, number, *arguments), stream, 3)

    def _wait_for(self, name):
        while True:
            for command in self._commands():
                if command[0] == name:
                    return
            self._fill()

    def send(self, data):
        """Everything, however long the server takes."""
        try:
            self.socket.sendall(data)
        except OSError as failed:
            raise Closed(str(failed)) from None

    def poll(self):
        """Reads what the server says meanwhile; raises when it ends the publication."""
        while select.select([self.socket], [], [], 0)[0]:
            self._fill()
            list(self._commands())

    def close(self, reset=False):
        """As when the encoder's process dies; `reset`: as when its machine does."""
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def unpublish(self):
        self.send(self._command("FCUnpublish", 4, None, self._name) +
                  self._command("deleteStream", 5, None, 1))

    # What the server says

    def _fill(self):
        try:
            received = self.socket.recv(65536)
        except OSError as failed:
            raise Closed(str(failed)) from None
        if not received:
            raise Closed("closed by the server")
        self._input += received

    def _read_exactly(self, size):
        while len(self._input) < size:
            self._fill()
        taken = bytes(self._input[:size])
        del self._input[:size]
        return taken

    def _commands(self):
        while (found := self._next_message()) is not None:
            kind, body = found
            if kind == 1:
                self._in_chunk = struct.unpack(">I", body)[0]
            elif kind == 20:
                command = read_amf(body)
                self._check(command)
                yield command

    @staticmethod
    def _check(command):
        info = next((each for each in command[1:] if isinstance(each, dict) and each.get("level") == "error"), None)
        if info is not None or command[0] == "_error":
            info = info or {}
            raise Refused(info.get("code", ""), info.get("description", ""))

    def _next_message(self):
        """(type, body), or None until one is whole."""
        while True:
            data = self._input
            if not data:
                return None
            form, stream, at = data[0] >> 6, data[0] & 0x3f, 1
            if stream == 0:
                if len(data) < 2:
                    return None
                stream, at = 64 + data[1], 2
            sizes = (11, 7, 3, 0)
            if len(data) < at + sizes[form] + 4:
                # A chunk of two bytes can be whole with less; one of ours never is.
                if form != 3 or len(data) < at + 1:
                    return None
            header = dict(self._headers.get(stream, {}))
            if form <= 2:
                header["time"] = int.from_bytes(data[at:at + 3], "big")
            if form <= 1:
                header["size"] = int.from_bytes(data[at + 3:at + 6], "big")
                header["type"] = data[at + 6]
            at += sizes[form]
            if header["time"] == 0xffffff:
                at += 4
            got = self._messages.setdefault(stream, bytearray())
            take = min(self._in_chunk, header["size"] - len(got))
            if len(data) < at + take:
                return None
            self._headers[stream] = header
            got += data[at:at + take]
            del self._input[:at + take]
            if len(got) == header["size"]:
                return header["type"], bytes(self._messages.pop(stream))
