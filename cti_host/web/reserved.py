"""Pages that have threads of the server for themselves, so that they wait for no other page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask

_View = TypeVar("_View", bound=Callable[..., Any])
_ATTRIBUTE = "cti_reserved_thread"
# A part of an address that is not always the same: `<int:id_>`.
_VARIABLE = re.compile(r"<[^<>]+>")


def reserved_thread(view: _View) -> _View:
    """Let a page be served by the threads that are kept free for calls.

    A decorator for a view function, written under `@blueprint.get(…)`. It is for what must not
    wait when the server has much to do: the page that a ringing phone opens, and what a phone
    system sends. A page that takes long doesn't belong there: it would take these threads from
    the calls. `[server] reserved_threads` says how many they are.

    :param view: the view function
    :return: the same function
    """
    setattr(view, _ATTRIBUTE, True)
    return view


def reserved_paths(app: Flask) -> re.Pattern[str]:
    """What the paths of the pages look like that have reserved threads."""
    rules = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if hasattr(app.view_functions.get(rule.endpoint), _ATTRIBUTE)
    }
    return re.compile("|".join(map(_pattern, sorted(rules))) or r"(?!)")


def _pattern(rule: str) -> str:
    """A rule of the router as a regular expression; a variable part is anything but nothing."""
    return ".+".join(map(re.escape, _VARIABLE.split(rule)))
