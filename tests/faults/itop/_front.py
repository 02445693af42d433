"""A host in front of the tests' fake iTop."""

from __future__ import annotations

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from fake_itop import PASSWORD, USER, FakeItop
from itop_model import TicketsModel

from cti_host.testing import write_config
from tests.faults.kit import commands
from tests.faults.kit.site import Site

_SETTINGS = Path(__file__).parents[3] / "plugins" / "itop" / "tests" / "site.toml"


@cache
def demonstration() -> TicketsModel:
    """The demonstration's people and tickets, behind a fake iTop; nobody writes there."""
    folder = mkdtemp(prefix="cti-host-fake-itop-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    model = TicketsModel(Path(folder))
    model.load()
    return model


def front(folder: Path, fake: FakeItop, change: dict[str, str]) -> Site:
    """Settings in front of an iTop, with tables; everybody is signed in.

    :param change: texts of `plugins/itop/tests/site.toml`, and what stands there instead
    """
    toml = _SETTINGS.read_text(encoding="utf-8")
    account = {"URL": fake.url, '"USER"': f'"{USER}"', '"PASSWORD"': f'"{PASSWORD}"'}
    for old, new in {**account, **change}.items():
        toml = toml.replace(old, new)
    folder.mkdir()
    config = write_config(
        folder, toml + "\n[server]\nworkers = 1\n", plugins=["phone_reformat", "itop", "ecall"]
    )
    upgraded = commands.run(config, "db", "upgrade")
    assert upgraded.status == 0, upgraded.said
    return Site(config, "sqlite:///cti.db", "")
