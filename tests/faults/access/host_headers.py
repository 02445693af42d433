"""`Host` headers that name no host, or another one: a plain refusal, never a failure of the server,
and what they name is in no page.
"""

from __future__ import annotations

from pathlib import Path

from real_server import Serving, response

from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import make_site

POINT = "14"
NO_HOSTS = (
    "a..b", "x" * 300, ".", "-", "a b", "a/b", "a@b", "<b>", "[::1", "a:b", "a:99999", "\u00e9",
    "..", "a,b", "a\\b", "'", '"', "xn--\u00e9",
)  # fmt: skip
OTHERS = ("evil.example", "cti.example.evil.example", "cti.example:1@evil.example")
PATHS = ("/sign-in", "/", "/pop?phone=0987654321", "/no-such-page", "/api/v1/objects/Person/1")


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, paths = Tally(), PATHS[: size.pick(2, len(PATHS))]
    toml = '[server]\nworkers = 1\n{}trusted_hosts = ["cti.example"]\n'
    for name, comment in (("any", "# "), ("trusted", "")):
        site = make_site(folder / name, toml=toml.format(comment))
        hosts = (*NO_HOSTS, *(OTHERS if name == "trusted" else ()))
        with site.served() as server:
            for path in paths:
                for host in hosts:
                    _ask(server, path, host, name == "trusted", tally)
                status = server.page(path).status
                tally.count(
                    "good requests", status in (200, 302, 401, 404), f"{name} {path} {status}"
                )
        failures = site.log().count("Traceback")
        tally.check("nothing has failed", failures == 0, f"{failures} failures in the log")
    done = f"{len(NO_HOSTS)} names that are none and {len(OTHERS)} others on {len(paths)} addresses"
    return tally.outcome(done)


def _ask(server: Serving, path: str, host: str, only: bool, tally: Tally) -> None:
    head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    got = response(server.connect(head.encode()))
    server.close()
    named = len(host) > 3 and host.encode() in got.body
    named |= len(host) > 3 and host in str(got.headers)
    refused = got.status == 400 if only else got.status < 500
    tally.count("requests", refused and not named, f"{path} {host!r}: {got.status}")
