# SPDX-License-Identifier: LGPL-2.1-or-later
"""RTMP as bytes: what an encoder sends, right or wrong, and how long it takes to be let in."""
import socket
import struct
import time

GREETING = b"\x03" + bytes(1536)   # C0 and C1
ECHO = bytes(1536)                 # C2: nobody compares it
SET_CHUNK_SIZE, AUDIO, VIDEO, COMMAND_AMF3, COMMAND = 1, 8, 9, 17, 20
PUBLISHED = b"NetStream.Publish.Start"


def amf(*values):
    """AMF0."""
    return b"".join(_value(each) for each in values)


def _value(value):
    if value is None:
        return b"\x05"
    if isinstance(value, bool):
        return b"\x01" + bytes([value])
    if isinstance(value, (int, float)):
        return b"\x00" + struct.pack(">d", value)
    if isinstance(value, dict):
        return b"\x03" + b"".join(_key(name) + _value(each) for name, each in value.items()) + b"\0\0\x09"
    return b"\x02" + _key(value)


def _key(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return struct.pack(">H", len(raw)) + raw


def message(kind, payload, stream=0, chunk_stream=3, chunk_size=128, time=0):
    """One message, cut into chunks."""
    head = bytes([chunk_stream]) + time.to_bytes(3, "big") + len(payload).to_bytes(3, "big") + bytes([kind])
    head += struct.pack("<I", stream)
    pieces = [payload[i:i + chunk_size] for i in range(0, len(payload), chunk_size)] or [b""]
    return head + bytes([0xc0 | chunk_stream]).join(pieces)


def head(kind, length, chunk_stream=3):
    """The begin of a message of `length` bytes, without any of them."""
    return bytes([chunk_stream]) + bytes(3) + length.to_bytes(3, "big") + bytes([kind]) + struct.pack("<I", 1)


def command(name, transaction, *arguments, stream=0):
    return message(COMMAND, amf(name, transaction, *arguments), stream)


def connect(url):
    """`connect` to rtmp://HOST:PORT/APP?QUERY."""
    return command("connect", 1, {"app": url.split("/", 3)[3], "type": "nonprivate", "flashVer": "FMLE/3.0",
                                  "tcUrl": url})


def publish(name):
    """What follows `connect`: a stream is made and published on. Servers number streams from 1."""
    return command("createStream", 2, None) + command("publish", 3, None, name, "live", stream=1)


def dial(port, source="127.0.0.1", timeout=10):
    return socket.create_connection(("127.0.0.1", port), timeout, source_address=(source, 0))


def read_until(connection, marks, timeout):
    """What arrives until one of `marks` is in it, the other end closes, or time is up."""
    received = b""
    end = time.monotonic() + timeout
    try:
        while not any(mark in received for mark in marks):
            connection.settimeout(max(0.001, end - time.monotonic()))
            data = connection.recv(65536)
            if not data:
                break
            received += data
    except (TimeoutError, ConnectionError):
        pass
    return received


def time_to_publish(port, url, name="1", source="127.0.0.1", patience=10):
    """Seconds from the begin of the connection to the yes, step by step as encoders go, and what was answered last."""
    begin = time.monotonic()
    answer = b""
    try:
        with dial(port, source, patience) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(GREETING)
            greeted = b""
            while len(greeted) < 3073:
                greeted += connection.recv(65536) or _raise("closed in the handshake")
            connection.sendall(ECHO + connect(url))
            answer = greeted[3073:] + read_until(connection, [b"_result", b"_error"], patience)
            if b"_result" in answer:
                connection.sendall(publish(name))
                answer = read_until(connection, [PUBLISHED, b"error"], patience)
            taken = time.monotonic() - begin
            if PUBLISHED in answer:
                connection.sendall(command("deleteStream", 4, None, 1))
                read_until(connection, [], 2)
            return taken, answer
    except OSError as failed:
        return time.monotonic() - begin, answer + str(failed).encode()


def _raise(text):
    raise ConnectionError(text)
