"""Getting started, followed from the top as a script: the service can read and write what it made.

The commands of the page are run by a shell in their order, with programs in front of the real ones
for what a test must not do to this computer: `git clone` copies, `useradd` does nothing. Where the
tests run as root, `sudo -u cti` really becomes another user; else all of it is one user's.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from demo_server import free_port
from real_server import until

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "getting-started.md"
USER = 12345
AS_ROOT = os.geteuid() == 0
# This user may read what the tests are made of, wherever that lies, and write nothing of others.
BECOME = (
    f"setpriv --reuid {USER} --regid {USER} --clear-groups"
    " --inh-caps +dac_read_search --ambient-caps +dac_read_search"
)
SHIMS = {
    "git": 'mkdir -p "$3"; cp -r "$SOURCE/config" "$3/"; mkdir "$3/docs"; '
    'cp -r "$SOURCE/docs/examples" "$3/docs/"',
    # Not a link: `activate` sets the path by itself, and the packages are those of the tests.
    "python3": 'case "$1" in *set_up.py) mkdir -p .venv/bin; echo "PATH=$PROGRAMS:\\$PATH" > '
    '.venv/bin/activate; ln -s "$PROGRAMS/cti-host" .venv/bin/;; esac',
    "useradd": ":",
    "systemctl": ":",
    "journalctl": ":",
    "sudo": 'if [ "$1" = -u ]; then shift 2; exec $BECOME "$@"; else exec "$@"; fi',
}
INSTALL = (
    'for last; do :; done; mkdir -m 700 "$last"; [ -z "$BECOME" ] || chown {user}:{user} "$last"'
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users reach, unlike pytest's."""
    made = Path(tempfile.mkdtemp(prefix="cti-host-docs-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def script(blocks: Callable[[Path, str], list[Any]], place: str) -> str:
    """All commands of the page up to the service, in their order."""
    shown = [*blocks(PAGE, "sh"), *blocks(PAGE, "console")]
    lines: list[str] = []
    for block in sorted(shown, key=lambda block: block.line):
        text = block.text
        if block.language == "console":
            text = "".join(
                f"{one}\n" for one in re.findall(r"^\$ (.*)$", text, re.M) if _makes(one)
            )
        if "cti-host serve" in text or "curl" in text or "postgres" in text:
            continue
        lines.append(text.replace("/srv/cti-host", place))
    return "".join(lines)


def _makes(command: str) -> bool:
    """Whether a command makes something; what the others print is tested elsewhere."""
    made_by = ("db upgrade", "agent add camille", "import docs/examples/people.jsonl", "host check")
    return any(part in command for part in made_by)


def unit(place: str) -> dict[str, str]:
    """What the page's unit of systemd says."""
    found = re.search(r"\[Service\]\n(.*?)\n\n", PAGE.read_text(encoding="utf-8"), re.S)
    assert found
    lines = [line.partition("=") for line in found[1].splitlines()]
    return {key: value.replace("/srv/cti-host", place) for key, _, value in lines}


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_service_can_write_what_the_commands_made(
    folder: Path, blocks: Callable[[Path, str], list[Any]]
) -> None:
    programs = folder / "programs"
    programs.mkdir()
    for name, text in {**SHIMS, "install": INSTALL.format(user=USER)}.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    place = folder / "cti-host"
    become = BECOME if AS_ROOT else ""
    environment = {
        **{name: value for name, value in os.environ.items() if name != "CTI_HOST_CONFIG"},
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PROGRAMS": str(Path(sys.executable).parent),
        "SOURCE": str(ROOT),
        "BECOME": become,
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
    }
    typed = script(blocks, str(place))
    assert typed.index("sudo -u cti bash") < typed.index("cti-host check")
    done = subprocess.run(
        ["/bin/bash"],
        input=typed,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    assert "added agent camille" in done.stdout, done.stdout
    assert "Imported 10 objects." in done.stdout, done.stdout

    service = unit(str(place))
    made = {path.name: path.stat() for path in (place / "var").iterdir()}
    assert {"cti.db", "secret_key"} <= set(made)
    assert {stat.S_IMODE(one.st_mode) for one in made.values()} <= {0o600, 0o700}
    if AS_ROOT:
        assert {one.st_uid for one in made.values()} == {USER}
    name, _, value = service["Environment"].partition("=")
    port = free_port()
    server = subprocess.Popen(  # noqa: S603 -- what the page says
        [*become.split(), *service["ExecStart"].split(), "--port", str(port)],
        cwd=service["WorkingDirectory"],
        env={**environment, name: value},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert server.stdout
    said = ""
    try:
        while "Started worker" not in said:
            line = server.stdout.readline()
            assert line, said
            said += line
        assert "root" not in said
        # A worker says that it has started a moment before it listens.
        assert until(lambda: listens(port))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        connection.request("GET", "/sign-in")
        assert connection.getresponse().status == 200
        connection.close()
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate()


def test_the_log_of_the_proxy_holds_no_number() -> None:
    """The query of a pop holds it, and so do the request and the page that led to it."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(r"^```nginx\n(.*?)^```$", text, re.M | re.S)
    assert found
    named = re.search(r"^log_format (\w+) '(.*)';$", found[1], re.M)
    assert named
    assert f"access_log /var/log/nginx/cti.log {named[1]};" in found[1]
    for variable in ("request ", 'request"', "args", "query_string", "request_uri", "http_referer"):
        assert f"${variable}" not in named[2]
    assert re.search(r"error_log \S+ crit;", found[1])
