"""`cti-host demo` where something else listens on its port already."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from demo_server import ROOT, stop

pytestmark = pytest.mark.long


def test_a_port_that_is_taken_gives_way_to_a_free_one(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    config = tmp_path / "config" / "demo.toml"
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        settings = config.read_text(encoding="utf-8").replace("port = 8080", f"port = {taken}")
        config.write_text(settings, encoding="utf-8")
        command = [sys.executable, "-m", "cti_host", "--config", str(config), "demo"]

        done = subprocess.run(  # noqa: S603 -- our own command
            [*command, "--port", str(taken)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert f"can't listen on 127.0.0.1:{taken}" in done.stderr
        assert "Traceback" not in done.stderr

        server = subprocess.Popen(  # noqa: S603 -- our own command
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        assert server.stdout is not None
        try:
            said = []
            for line in server.stdout:
                said.append(line.decode())
                if "Stop with Ctrl-C" in said[-1]:
                    break
            text = "".join(said)
            assert f"Something else listens on port {taken}" in text
            (start_page,) = re.findall(r"Start page: (\S+)", text)
            assert text.count(start_page) == 4, "the calls to try are on the same port"
            # Connections are accepted as soon as it is printed.
            with urllib.request.urlopen(f"{start_page}sign-in") as page:  # noqa: S310 -- our own
                assert page.status == 200
        finally:
            stop(server)
            server.stdout.close()
