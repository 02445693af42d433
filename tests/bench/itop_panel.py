"""A panel with four lists, in front of an iTop that takes 200 ms for each query.

The queries of a panel go side by side, so it should take about as long as the slowest one. Without
the mirror the caller has to be asked for first, and the panel takes twice as long.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "plugins" / "itop" / "tests")]

import httpx  # noqa: E402 -- after the path of the fake iTop
from fake_itop import PASSWORD, USER, FakeItop, running  # noqa: E402
from itop_model import TicketsModel  # noqa: E402

from tests.bench.data import cti_host  # noqa: E402
from tests.bench.panel import serving  # noqa: E402

LISTS = (
    "SELECT UserRequest AS u WHERE u.caller_id IN (:callers_list) AND u.status != 'closed'",
    "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id JOIN Person AS p "
    "ON p.org_id = o.id WHERE p.id IN (:callers_list) AND u.status != 'closed'",
    "SELECT Incident AS u WHERE u.caller_id IN (:callers_list) AND u.status != 'closed'",
    "SELECT Problem AS u WHERE u.caller_id IN (:callers_list) AND u.status != 'closed'",
)
SETTINGS = """
database = "sqlite:///cti.db"
secret_key_file = "secret_key"
plugins = ["accounts", "phone_reformat", "itop", "ecall"]
[plugin.phone_reformat]
region = "FR"
[plugin.itop]
url = "{url}"
user = "{user}"
password = "{password}"
directory = "{directory}"
sync_minutes = 0
"""


def main() -> None:
    """Measure with and without the mirror, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--milliseconds", type=int, default=200, help="what a query takes")
    parser.add_argument("--calls", type=int, default=30)
    options = parser.parse_args()
    seconds = options.milliseconds / 1000
    print(f"four lists, {options.milliseconds} ms for each query, {options.calls} calls")
    with tempfile.TemporaryDirectory() as name, _itop(Path(name)) as itop:
        for directory in ("mirror", "live"):
            times = _measured(Path(name) / directory, itop, directory, seconds, options.calls)
            median = statistics.median(times)
            figures = f"median {median * 1000:4.0f} ms, slowest {max(times) * 1000:4.0f} ms"
            print(f"{directory:6}  {figures}; panel / query: {median / seconds:.2f}")


@contextmanager
def _itop(folder: Path) -> Iterator[FakeItop]:
    (folder / "model").mkdir()
    model = TicketsModel(folder / "model")
    model.load()
    with running(FakeItop(model)) as fake:
        yield fake
    model.close()


def _measured(
    folder: Path, itop: FakeItop, directory: str, seconds: float, calls: int
) -> list[float]:
    """Seconds of each call of a known caller, over HTTP, after one to warm up."""
    folder.mkdir()
    config = folder / "cti.toml"
    text = SETTINGS.format(url=itop.url, user=USER, password=PASSWORD, directory=directory)
    for number, query in enumerate(LISTS):
        text += (
            f'[[display_tickets.lists]]\nenabled = true\nlabel = "{number}"\nquery = "{query}"\n'
        )
    config.write_text(text)
    itop.delay = 0
    cti_host(config, "db", "upgrade")
    if directory == "mirror":
        cti_host(config, "itop", "sync")
    profile = ("--profile", "Support Agent", "--password-stdin")
    cti_host(config, "agent", "add", "loader", *profile, text="a long password\n")
    token = cti_host(config, "agent", "token", "loader").strip()
    headers = {"Authorization": f"Bearer {token}"}
    itop.delay = seconds
    with serving(config) as server, httpx.Client(headers=headers, trust_env=False) as client:
        return [_once(client, f"{server.address}/pop?phone=0987654321") for _ in range(calls + 1)][
            1:
        ]


def _once(client: httpx.Client, url: str) -> float:
    started = time.perf_counter()
    response = client.get(url)
    took = time.perf_counter() - started
    if "Marguerite Delaunay" not in response.text or "R-000028" not in response.text:
        raise RuntimeError("the panel lacks the caller or their tickets")
    return took


if __name__ == "__main__":
    main()
