"""What a task costs an agent: clicks, keys, texts that they type, and pages that they wait for."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from playwright.sync_api import Locator, Page, expect


@dataclass(frozen=True)
class Cost:
    """An effort in numbers.

    :param clicks: of the mouse, or taps; to choose from a list takes two
    :param keys: single keys and chords, such as Enter or Ctrl+Enter
    :param texts: that are typed, however long
    :param pages: that the browser loads
    """

    clicks: int = 0
    keys: int = 0
    texts: int = 0
    pages: int = 0


class Effort:
    """An agent at a page: everything is done through this, and is counted.

    What they have in front of them as the task begins is not counted.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = self.keys = self.texts = self.pages = 0
        page.on("domcontentloaded", self._loaded)

    def _loaded(self, _page: Page) -> None:
        self.pages += 1

    def begin(self, address: str) -> None:
        """The page that is open, by itself or from before, when the task begins."""
        self.page.goto(address)
        self.clicks = self.keys = self.texts = self.pages = 0

    def click(self, element: Locator) -> None:
        """Click an element."""
        element.click()
        self.clicks += 1

    def choose(self, element: Locator, label: str) -> None:
        """Open a list, and choose an entry."""
        element.select_option(label=label)
        self.clicks += 2

    def press(self, key: str) -> None:
        """Press a key or a chord."""
        self.page.keyboard.press(key)
        self.keys += 1

    def type(self, text: str) -> None:
        """Type a text where the focus is, or where a page that is on its way puts it."""
        self.page.wait_for_load_state()
        expect(self.page.locator("input:focus, textarea:focus")).to_be_visible()
        self.page.keyboard.type(text)
        self.texts += 1

    def at_most(self, **numbers: int) -> None:
        """The task costs no more than that, each of the numbers of a `Cost`.

        :raises AssertionError: it costs more
        """
        self.page.wait_for_load_state()
        cost = Cost(self.clicks, self.keys, self.texts, self.pages)
        allowed = Cost(**numbers)
        enough = all(a <= b for a, b in zip(astuple(cost), astuple(allowed), strict=True))
        assert enough, f"{cost}, and not {allowed}"
