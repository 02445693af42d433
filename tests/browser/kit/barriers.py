"""Barriers on a page, as axe-core sees them: one way to look, for all tests of the browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# What passes is as much work to describe as the page is long, and nobody reads it.
_ONLY_WHAT_FAILS = {"resultTypes": ["violations"]}
# All else is the same in dark colours.
_ONLY_COLOURS = {**_ONLY_WHAT_FAILS, "runOnly": ["color-contrast", "link-in-text-block"]}
_SERIOUS = ("serious", "critical")


def barriers(page: Page, *, dark: bool = False, slight: bool = False) -> list[str]:
    """What axe-core finds to be a serious or critical barrier, one line for each element.

    :param page: as it is now
    :param dark: look at it in dark colours, too; it is light again afterwards
    :param slight: barriers that are neither serious nor critical, too
    """
    found = list(_found(page, _ONLY_WHAT_FAILS))
    if dark:
        page.emulate_media(color_scheme="dark")
        found += _found(page, _ONLY_COLOURS)
        page.emulate_media(color_scheme="light")
    return [
        f"{page.url}: {rule['id']}: {node['html'][:200]}"
        for rule in found
        if slight or rule["impact"] in _SERIOUS
        for node in rule["nodes"]
    ]


def _found(page: Page, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rules that are broken."""
    yield from Axe().run(page, options=options).response["violations"]
