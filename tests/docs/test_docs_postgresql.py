"""The steps of docs/getting-started.md on PostgreSQL: only the setting `database` differs."""

from __future__ import annotations

from typing import Any

from cti_host.testing.postgresql import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


def test_the_first_steps_work_on_postgresql(console: Any, postgres_url: str) -> None:
    file = console.folder / "config" / "cti.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"sqlite:///../var/cti.db"', f'"{postgres_url}"'), "utf-8")
    assert console.run("cti-host check") == "config/cti.toml: all right\n"
    assert "the database is up to date" in console.run("cti-host db upgrade")
    files = "docs/examples/people.jsonl docs/examples/Person.csv"
    assert "Imported 10 objects." in console.run(f"cti-host data import {files}")
    explained = console.run('cti-host explain "/pop?phone=0199001200"')
    assert explained.count("2 others share it)") == 3
