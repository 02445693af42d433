"""What plugins removed, as lines for a person and as JSON."""

from __future__ import annotations

import json

from cti_host.hook_calls.gathering import Gathered
from cti_host.model import Removal


def removal_lines(done: Gathered[Removal]) -> list[str]:
    """A line for each kind of data: how much, and what became of it."""
    return [
        f"{one.what}: {one.count}" + (f" ({one.how})" if one.how else "") for _p, one in done.items
    ]


def removals_as_json(done: Gathered[Removal]) -> list[dict[str, str | int]]:
    """The same for a program."""
    return [
        {"plugin": plugin, "what": one.what, "count": one.count, "how": one.how}
        for plugin, one in done.items
    ]


def expiry_text(done: Gathered[Removal], *, dry_run: bool, as_json: bool) -> str:
    """What a command prints that deleted what was kept for long enough."""
    if as_json:
        return json.dumps({"dry_run": dry_run, "deleted": removals_as_json(done)})
    lines = removal_lines(done) or ["nothing has a period after which it is deleted"]
    return "\n".join(lines)
