"""docs/api.md shows requests and answers of the API: they are sent, and compared."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from cti_host.command_line.cli import cli
from cti_host.testing import MakeHost, RunningHost

ROOT = Path(__file__).parents[2]
EXAMPLE = re.compile(r"```http\n(.*?)```\n\nStatus (\d+):\n\n```json\n(.*?)```", re.S)
LEFT_OUT = "…"


class Example(NamedTuple):
    """A request, and its answer."""

    method: str
    path: str
    headers: dict[str, str]
    body: str
    status: int
    answer: Any


def examples() -> list[Example]:
    """The examples of the page, in order."""
    found = []
    for request, status, answer in EXAMPLE.findall((ROOT / "docs" / "api.md").read_text("utf-8")):
        head, _, body = request.partition("\n\n")
        first, *lines = head.strip().splitlines()
        method, path = first.split(" ", 1)
        headers = dict(line.split(": ", 1) for line in lines)
        found.append(Example(method, path, headers, body, int(status), json.loads(answer)))
    return found


def fits(shown: Any, said: Any) -> bool:
    """Whether an answer is what the page shows, but for what it leaves out."""
    if shown == LEFT_OUT:
        return True
    if isinstance(shown, dict) and isinstance(said, dict):
        known = {key for key in shown if key != LEFT_OUT}
        whole = LEFT_OUT in shown or known == set(said)
        return whole and all(key in said and fits(shown[key], said[key]) for key in known)
    if isinstance(shown, list) and isinstance(said, list):
        known_items = [item for item in shown if item != LEFT_OUT]
        if len(known_items) == len(shown) and len(shown) != len(said):
            return False
        return all(fits(one, other) for one, other in zip(known_items, said, strict=False))
    return bool(shown == said)


def test_the_answers_are_those_of_the_host(make_host: MakeHost) -> None:
    running: RunningHost = make_host(plugins=["phone_reformat", "tickets"])
    file = str(ROOT / "docs" / "examples" / "people.jsonl")
    arguments = ["--config", str(running.config_file), "data", "import", file]
    done = running.app.test_cli_runner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output
    client = running.client()
    page = client.get("/").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    assert len(examples()) > 6
    for example in examples():
        headers = {"X-CSRFToken": token, "Content-Type": "application/json", **example.headers}
        options: dict[str, Any] = {"method": example.method, "headers": headers}
        if example.body:
            # In a form, lines end as in a head.
            is_form = headers["Content-Type"].startswith("multipart/")
            options["data"] = example.body.replace("\n", "\r\n") if is_form else example.body
        response = client.open(example.path, **options)
        said = response.get_json()
        assert response.status_code == example.status, response.text
        assert fits(example.answer, said), json.dumps(said, indent=2, ensure_ascii=False)
