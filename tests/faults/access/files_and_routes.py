"""A site is made under a mask that allows everything, its key is opened to others, and a plugin
wants pages that have an owner: files are their owner's alone, and the host does not start.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cti_host.testing import write_config
from tests.faults.kit import commands
from tests.faults.kit.clients import Browser
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import PLUGINS, Site

POINT = "16"
WIDE = (0o602, 0o644, 0o660, 0o666, 0o777)
ROUTES = ("/pop", "/", "/static/cti.css", "/sign-in", "/objects/<class_name>")
TAKES = """
from flask import Blueprint
from cti_host import hookimpl


class Plugin:
    @hookimpl
    def blueprints(self):
        blueprint = Blueprint("takes", __name__)
        blueprint.add_url_rule("RULE", "page", lambda **_: "mine")
        return [blueprint]
"""


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally = Tally()
    modes, routes = WIDE[: size.pick(2, len(WIDE))], ROUTES[: size.pick(2, len(ROUTES))]
    url = "sqlite:///made/cti.db"
    folder = folder / "site"
    folder.mkdir()
    site = Site(write_config(folder, plugins=PLUGINS, database=url, sign_in=False), url, "")
    _files(site, tally)
    key = site.folder / "secret_key"
    for mode in modes:
        key.chmod(mode)
        for command in ("check", "serve"):
            done = commands.run(site.config, command)
            refused = done.status == 1 and "others may" in done.said
            tally.count("keys that others reach", refused, f"{command} {mode:04o}: {done.said}")
    key.chmod(0o600)
    text = site.config.read_text()
    for rule in routes:
        (site.folder / "plugins.d" / "takes.py").write_text(TAKES.replace("RULE", rule))
        site.config.write_text(text.replace('"tickets"]', '"tickets", "takes"]'))
        for command in ("check", "serve"):
            done = commands.run(site.config, command)
            refused = done.status == 1 and f"its address {rule} belongs to" in done.said
            tally.count("pages that have an owner", refused, f"{command} {rule}: {done.said}")
    return tally.outcome(
        f"a mask of 0; a key of {len(modes)} modes; a plugin with {len(routes)} pages of others"
    )


def _files(site: Site, tally: Tally) -> None:
    """Let a server make all files of a site under a mask that takes nothing away."""
    before = {*site.folder.rglob("*")}
    mask = os.umask(0)
    try:
        with site.served() as server, Browser(server.port) as browser:
            browser.get("/sign-in")
            ours = site.folder / "server.log"
            for path in {*site.folder.rglob("*")} - before - {ours}:
                mode = stat.S_IMODE(path.stat().st_mode)
                private = mode == (0o700 if path.is_dir() else 0o600)
                tally.count("files and folders", private, f"{path.name} {mode:04o}")
    finally:
        os.umask(mask)
