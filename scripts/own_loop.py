"""Runs coroutines of tests, and what begins some, in a thread of its own.

The sync API of Playwright leaves its event loop running in the thread of the tests, for as long as
there is a browser: there `asyncio.run` is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

_T = TypeVar("_T")


def run(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine to its end, and return its result.

    :raises Exception: what the coroutine raised
    """
    return in_a_thread(lambda: asyncio.run(coroutine))


def in_a_thread(function: Callable[[], _T]) -> _T:
    """Call a function that runs a coroutine by itself, and return its result.

    :raises Exception: what the function raised
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(function).result()
