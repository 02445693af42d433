"""What of the server's surroundings lets in more than it should; each is said, none is refused."""

from __future__ import annotations

import os
from ipaddress import ip_address

from cti_host.settings.sections import Server

# Below it only root, or who was given the capability, may listen.
FIRST_FREE_PORT = 1024


def reachable_beside_proxies(server: Server) -> tuple[str, str] | None:
    """What is wrong, and what to do, where others than the proxies can reach the port.

    :return: `None`: nobody can, or no proxy is believed
    """
    if not server.proxies or _is_loopback(server.host):
        return None
    message = (
        f"the headers of {server.proxies} proxies are believed, and the port is open on"
        f" {server.host}: whoever reaches it can claim any address and name"
    )
    remedy = (
        'write host = "127.0.0.1" where the proxy is on this computer; else let a firewall admit'
        " the proxy alone"
    )
    return message, remedy


def needless_root(server: Server) -> str:
    """A warning where the server runs as root and has no need to; "": it doesn't."""
    if os.geteuid() != 0 or server.port < FIRST_FREE_PORT:
        return ""
    return (
        "it runs as root without need: a mistake in a plugin could do anything to this computer;"
        " run it as a user of its own (docs/getting-started.md)"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
