"""The same callers looked up in a real iTop and in the mirror of it, side by side.

The iTop is named by ITOP_URL, ITOP_USER and ITOP_PASSWORD; it is only read. Each number is asked
for twice in turn: by a query of iTop's own, as the extension asks it, and by the whole lookup of
the panel, in an SQLite mirror.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from cti_host.app import create_app
from cti_host.pop.search import search
from cti_host.pop.url import read_call
from tests.bench.data import cti_host

CONFIG = """
database = "sqlite:///bench.db"
plugins = ["phone_reformat", "itop"]
secret_key_file = "secret_key"

[plugin.phone_reformat]
region = "FR"

[plugin.itop]
url = "{url}"
user = "{user}"
password = "{password}"
"""
QUERY = "SELECT Person WHERE phone LIKE '{number}' OR mobile_phone LIKE '{number}'"


def main() -> None:
    """Mirror the iTop, then look the numbers of its first persons up in both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, default=100)
    options = parser.parse_args()
    url, user, password = (os.environ[f"ITOP_{name}"] for name in ("URL", "USER", "PASSWORD"))
    with tempfile.TemporaryDirectory() as name:
        config = Path(name) / "cti.toml"
        config.write_text(CONFIG.format(url=url, user=user, password=password))
        cti_host(config, "db", "upgrade")
        cti_host(config, "itop", "sync", "--json")
        app = create_app(config)
        with httpx.Client(base_url=url, timeout=60) as client:
            asked = _Asked(client, user, password)
            numbers = asked.numbers(options.numbers)
            times: dict[str, list[float]] = {"iTop": [], "mirror": []}
            found = {"iTop": 0, "mirror": 0}
            for number in numbers:
                began = time.perf_counter()
                found["iTop"] += bool(asked.persons(QUERY.format(number=number)))
                times["iTop"].append(time.perf_counter() - began)
                began = time.perf_counter()
                found["mirror"] += bool(_matches(app, number))
                times["mirror"].append(time.perf_counter() - began)
    print(f"{len(numbers)} numbers as they are stored, each looked up in both")
    for what, measured in times.items():
        median = statistics.median(measured) * 1000
        print(f"{what:7} median {median:8.2f} ms, slowest {max(measured) * 1000:8.2f} ms,"
              f" found {found[what]}")  # fmt: skip
    ratio = statistics.median(times["iTop"]) / statistics.median(times["mirror"])
    print(f"iTop / mirror: {ratio:.0f}")


class _Asked:
    """iTop's own answers."""

    def __init__(self, client: httpx.Client, user: str, password: str) -> None:
        self._client, self._account = client, {"auth_user": user, "auth_pwd": password}

    def persons(self, query: str, limit: int = 0) -> dict[str, Any]:
        """The persons that a query finds, by their names in iTop's answer."""
        request: dict[str, Any] = {"operation": "core/get", "class": "Person", "key": query}
        request["output_fields"] = "friendlyname,org_name,phone,mobile_phone,email"
        if limit:
            request |= {"limit": limit, "page": 1}
        data = {
            **self._account,
            "version": "1.3",
            "json_data": json.dumps(request),
        }
        answer = self._client.post("/webservices/rest.php", data=data).json()
        if answer["code"]:
            raise SystemExit(answer["message"])
        return answer["objects"] or {}

    def numbers(self, count: int) -> list[str]:
        """Some numbers that are stored, as they are stored."""
        persons = self.persons("SELECT Person WHERE phone != ''", limit=count)
        return [person["fields"]["phone"].replace("'", "") for person in persons.values()]


def _matches(app: Any, number: str) -> int:
    host = app.extensions["cti_host"]
    with app.test_request_context():
        query = httpx.QueryParams({"phone": number})
        return len(
            search(host, read_call(str(query).encode(), host.settings.url_parameters)).matches
        )


if __name__ == "__main__":
    main()
