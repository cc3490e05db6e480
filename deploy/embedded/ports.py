"""Whether the ports that are wanted are free, asked before anything is started on them."""

import secrets
import socket
from collections.abc import Mapping

from deploy.embedded.errors import PortTaken

HOST = "127.0.0.1"


def check_ports(wanted: Mapping[int, str]) -> None:
    """Raise PortTaken for the ports in use; `wanted` gives each the setting that changes it."""
    taken = [port for port in wanted if not is_free(port)]
    if taken:
        lines = [f"port {port} is in use: set {wanted[port]} to another one" for port in taken]
        raise PortTaken("\n".join(lines))


def is_free(port: int) -> bool:
    """Whether nobody listens on the port at this moment."""
    with socket.socket() as probe:
        # Without this, connections of an earlier run in TIME_WAIT would look like a listener.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_ports(count: int = 1) -> int:
    """Return the first of `count` ports in a row that nobody listens on at this moment."""
    while True:
        # Below the ports that systems give to outgoing connections, one of which could come first.
        first = 20_000 + secrets.randbelow(10_000)
        if all(is_free(port) for port in range(first, first + count)):
            return first
