# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ports for programs that cannot pick one themselves."""
import random
import socket

# Below those that the kernel gives to connections (ip_local_port_range): none of the thousands that other tests make
# takes the port before the program has it.
_PORTS = range(10_000, 32_000)


def free_ports(count):
    """So many different ports that nobody has at the moment."""
    found = {}
    while len(found) < count:
        port = random.SystemRandom().choice(_PORTS)
        if port in found:
            continue
        try:
            found[port] = socket.create_server(("127.0.0.1", port))
        except OSError:
            continue
    for server in found.values():
        server.close()
    return list(found)


def free_port():
    return free_ports(1)[0]
