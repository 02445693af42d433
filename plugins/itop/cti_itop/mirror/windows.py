"""Read all objects of a class, window after window of ids.

iTop sorts by name and pages by position: an object that is made or renamed meanwhile would move
others across the border of a page. A window of ids stays what it is, so reading can be
interrupted and continued at an id.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import Any, Generic, TypeVar

from cti_itop.rest.client import Itop, ItopObject
from cti_itop.rest.errors import ItopDown, ItopError, ItopSlow, ItopTooLarge
from cti_itop.rest.reader import lacking

MAX_ID = 2**31 - 1
PAGE = 1000
SMALLEST_WIDTH = 10
MOST_WIDENING = 8
# Reading ends when iTop is silent for so long, and then for so long about as little as can be.
SILENT_SECONDS = 6.0
HURRIED_SECONDS = 3.5
_STOP_SECONDS = 0.2

_T = TypeVar("_T")


@dataclass(frozen=True)
class Window:
    """The objects whose ids are above `after` and up to `upto`, in no order."""

    after: int
    upto: int
    objects: Sequence[ItopObject]


def count(itop: Itop, class_name: str, after: int = 0) -> int | None:
    """How many objects of a class have an id above one; `None`: iTop takes too long to say.

    :raises ItopProblem: there is no usable answer
    """
    query = f"SELECT {class_name} WHERE id > {after}"
    try:
        return itop.get(query, class_name=class_name, fields=("id",), limit=1).total
    except ItopSlow:
        return None


def windows(
    itop: Itop,
    class_name: str,
    fields: Sequence[str],
    after: int = 0,
    *,
    page: int = PAGE,
    expected: int | None,
    optional: Collection[str] = (),
) -> Iterator[Window]:
    """All objects of a class above an id, in windows of ids that adjoin each other.

    The last window goes up to the largest id there can be, so that whoever compares windows finds
    what is gone at the end. An iTop that is silent is asked for the smallest window next: that
    tells one that is slow with large pages from one that hangs.

    :param page: the most objects of a window
    :param expected: about how many objects there are; `None`: iTop was silent when it was asked
    :param optional: the fields that are left out if the class does not have them
    :raises ItopDown: iTop hangs; the windows so far are complete
    :raises ItopProblem: there is no usable answer; the same
    """
    width, silent = page, expected is None
    expected = page if expected is None else expected
    while after < MAX_ID:
        # Where all have been seen, the rest takes one request: it is nearly always empty.
        upto = min(after + width, MAX_ID) if expected > 0 else MAX_ID
        if silent:
            upto = min(after + SMALLEST_WIDTH, MAX_ID)
        query = f"SELECT {class_name} WHERE id > {after} AND id <= {upto}"
        asked = itop.within(HURRIED_SECONDS) if silent else itop
        try:
            found = asked.get(query, class_name=class_name, fields=fields, limit=page)
        except ItopError as error:
            code = lacking(error, [field for field in fields if field in optional])
            if code is None:
                raise
            fields = [field for field in fields if field != code]
            continue
        except (ItopSlow, ItopTooLarge) as problem:
            if silent and isinstance(problem, ItopSlow):
                raise ItopDown(f"it hangs: {problem}") from None
            if upto - after <= SMALLEST_WIDTH:
                raise
            silent = isinstance(problem, ItopSlow)
            page = max(SMALLEST_WIDTH, page // 2)
            width, expected = max(SMALLEST_WIDTH, min(width, upto - after) // 2), max(expected, 1)
            continue
        was_silent, silent = silent, False
        if found.total > len(found.objects):
            # More than a page: ids that are not read now would be missing.
            width = max(1, (upto - after) * page // (found.total * 2))
            expected = max(expected, found.total)
            continue
        yield Window(after, upto, found.objects)
        after = upto
        expected -= len(found.objects)
        if not was_silent and len(found.objects) * 2 < page:
            width *= (
                min(MOST_WIDENING, page // len(found.objects)) if found.objects else MOST_WIDENING
            )


def ahead(items: Iterator[_T]) -> Iterator[_T]:
    """The same items; a thread fetches the next one while the caller works on this one."""
    return _Ahead(items).run()


@dataclass(frozen=True)
class _End:
    error: BaseException | None = None


class _Ahead(Generic[_T]):
    def __init__(self, items: Iterator[_T]) -> None:
        self._items = items
        self._queue: Queue[Any] = Queue(1)
        self._stopped = threading.Event()

    def run(self) -> Iterator[_T]:
        thread = threading.Thread(target=self._fetch, name="cti-itop-ahead", daemon=True)
        thread.start()
        try:
            while True:
                item = self._queue.get()
                if isinstance(item, _End):
                    if item.error is not None:
                        raise item.error
                    return
                yield item
        finally:
            self._stopped.set()
            # Room for what the thread may be about to put, so that it ends.
            with suppress(Empty):
                self._queue.get_nowait()
            thread.join(_STOP_SECONDS)

    def _fetch(self) -> None:
        end = _End()
        try:
            for item in self._items:
                if not self._put(item):
                    return
        except BaseException as error:
            end = _End(error)
        self._put(end)

    def _put(self, item: object) -> bool:
        """Hand an item on; False: nobody wants it any more."""
        while not self._stopped.is_set():
            try:
                self._queue.put(item, timeout=_STOP_SECONDS)
            except Full:
                continue
            return True
        return False
