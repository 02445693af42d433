"""Databases, keys and journals are their owner's alone; a key that others may reach is refused."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from database_site import MakeSite, Site

from cti_host import private_files
from cti_host.health.processes import Processes
from cti_host.isolation.counters import Counters

SECRET = "0123456789abcdefghij"


def modes(folder: Path) -> dict[str, int]:
    """The files and folders below a folder, with their modes."""
    return {
        str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode)
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def generous() -> Iterator[None]:
    """A mask that takes nothing away, as some systems have it."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("generous")
def test_what_the_host_makes_is_for_its_owner_alone(make_site: MakeSite) -> None:
    site = make_site(
        plugins=("accounts", "phone_reformat", "tickets", "event_log", "signed_links"),
        toml='secret_key_file = "keys/of/secret"\n'
        '[plugin.event_log]\nfile = "var/calls.jsonl"\n'
        '[pop_links]\nkey_file = "keys/links"\n',
    )
    text = site.config_file.read_text().replace('secret_key_file = "secret_key"\n', "", 1)
    head, _, rest = text.partition('[plugin.phone_reformat]\nregion = "FR"\n')
    own, _, tables = rest.partition("\n")
    site.config_file.write_text(f"{head}{own}\n[plugin.phone_reformat]\nregion = 'FR'\n{tables}")
    site.fill()
    site.must("explain", "/pop?phone=0987654321")
    site.must("db", "backup", str(site.folder / "kept" / "backup.db"))
    found = modes(site.folder)
    made = {name: mode for name, mode in found.items() if name.startswith(("var", "keys", "kept"))}
    assert made == {
        "keys": 0o700,
        "keys/links": 0o600,
        "keys/of": 0o700,
        "keys/of/secret": 0o600,
        "kept": 0o700,
        "kept/backup.db": 0o600,
        "var": 0o700,
        "var/calls.jsonl": 0o600,
        "var/cti.db": 0o600,
    }


@pytest.mark.usefixtures("generous")
def test_what_processes_of_the_server_count_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Also in a folder that somebody else made."""
    Processes(tmp_path, Counters()).publish()
    assert {*modes(tmp_path).values()} == {0o600}


def test_a_folder_that_is_there_keeps_its_mode(site: Site) -> None:
    site.file.parent.mkdir(mode=0o755)
    site.must("check")
    assert stat.S_IMODE(site.file.parent.stat().st_mode) == 0o755


@pytest.mark.parametrize(
    ("mode", "word"),
    [(0o644, "read"), (0o604, "read"), (0o660, "write"), (0o602, "write"), (0o666, "write")],
)
def test_a_key_that_others_may_reach_is_refused(site: Site, mode: int, word: str) -> None:
    key = site.folder / "secret_key"
    key.write_text(SECRET)
    key.chmod(mode)
    for command in (["check"], ["serve"]):
        done = site.run(*command)
        assert done.status == 1
        assert f"secret_key_file: others may {word} the key in {key} (its mode is " in done.err
        assert f"-> run: chmod 600 {key}" in done.err
    key.chmod(0o600)
    site.must("check")


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640, 0o440])
def test_a_key_of_the_owner_or_the_group_is_taken(site: Site, mode: int) -> None:
    key = site.folder / "secret_key"
    key.write_text(SECRET)
    key.chmod(mode)
    site.must("check")
    assert key.read_text() == SECRET


def test_a_key_of_links_that_others_may_reach_is_refused(make_site: MakeSite) -> None:
    site = make_site(plugins=("accounts", "signed_links"), toml='[pop_links]\nkey_file = "links"\n')
    key = site.folder / "links"
    key.write_text(SECRET)
    key.chmod(0o644)
    done = site.run("check")
    assert done.status == 1
    assert f"pop_links.key_file: others may read the key in {key}" in done.err


def test_a_path_through_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        private_files.make_folder(tmp_path / "file" / "below")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_makes_belongs_to_the_owner_of_the_folder(site: Site) -> None:
    """So that the service can write what an admin's command has made."""
    var = site.folder / "var"
    var.mkdir()
    os.chown(var, 12345, 12345)
    os.chown(site.folder, 12345, 12345)
    site.must("db", "upgrade")
    site.must("db", "backup", str(var / "kept" / "backup.db"))
    owners = {
        path.name: path.stat().st_uid for path in [*var.rglob("*"), site.folder / "secret_key"]
    }
    assert owners == dict.fromkeys(("cti.db", "kept", "backup.db", "secret_key"), 12345)
