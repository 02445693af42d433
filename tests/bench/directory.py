"""The directory report at size: its page, and `cti-host data report`.

Of the persons, one in a thousand shares a number with another, has a text that is no number, two
numbers in a field, or is there twice.
"""

from __future__ import annotations

import argparse
import re
import resource
import sqlite3
import tempfile
import time
from pathlib import Path

from cti_oql.functions.fold import fold

from cti_host.app import create_app
from tests.bench.data import build, cti_host

SIZES = (100_000, 1_000_000)
PASSWORD = "a password for the benchmark"


def main() -> None:
    """Build a database of each size; time the page, part by part, and the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as name:
            _measure(Path(name), size, options.rounds)


def _measure(folder: Path, size: int, rounds: int) -> None:
    config = build(folder, size, 1_000)
    _spoil(folder / "bench.db", size)
    profile = ("--profile", "Administrator")
    cti_host(config, "agent", "add", "admin", *profile, "--password-stdin", text=PASSWORD + "\n")
    client = create_app(config).test_client()
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)
    assert found is not None
    typed = {"name": "admin", "password": PASSWORD, "csrf_token": found[1]}
    assert client.post("/sign-in", data=typed).status_code in (302, 303)
    print(f"{size:,} persons")
    for path in pages():
        times = []
        for _round in range(rounds):
            started = time.perf_counter()
            answer = client.get(path)
            times.append(time.perf_counter() - started)
            assert answer.status_code == 200, answer.text
        print(f"  {path:32} {min(times):8.3f} s, {len(answer.data) / 1024:6.0f} KiB")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    cti_host(config, "data", "report")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"  {'cti-host data report':32} {time.perf_counter() - started:8.3f} s, "
          f"most memory {used.ru_maxrss / 1024:.0f} MiB"
          f"{'' if used.ru_maxrss > before.ru_maxrss else ' or less'}")  # fmt: skip


def pages() -> list[str]:
    """The addresses of the report."""
    kinds = ("unreadable", "several", "shared", "twice")
    return ["/objects/directory", *(f"/objects/directory?kind={kind}" for kind in kinds)]


def _spoil(file: Path, size: int) -> None:
    """Make some of the persons such as the report names."""
    database = sqlite3.connect(file)
    for name in ("cti_fold", "cti_words", "cti_name_words", "cti_beginnings"):
        database.create_function(name, -1, lambda *texts: fold(texts[0]), deterministic=True)
    database.execute("REINDEX")
    for place, change in enumerate(
        (
            "phone = 'ask Bob', phone_e164 = NULL",
            "mobile_phone = '0612345678 / 0612345679',"
            " mobile_phone_e164 = '+33612345678 +33612345679'",
            "mobile_phone = '06 99 99 99 99', mobile_phone_e164 = '+33699999999'",
            "name = 'Same', first_name = 'Same'",
            "email = 'same@example.org'",
        ),
        start=1,
    ):
        database.execute(f"UPDATE contact SET {change} WHERE id % 1000 = {place}")  # noqa: S608
    for first in range(0, size, 10_000):  # phone of one, mobile of another
        database.execute(
            "UPDATE contact SET mobile_phone = (SELECT phone FROM contact AS o WHERE o.id = ?),"
            " mobile_phone_e164 = (SELECT phone_e164 FROM contact AS o WHERE o.id = ?)"
            " WHERE id = ?",
            (first + 500, first + 500, first + 501),
        )
    database.commit()
    database.execute("ANALYZE")
    database.commit()
    database.close()


if __name__ == "__main__":
    main()
