"""The processes beside the benchmark of open streams: one tells of calls, one asks for pages."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from typing import Any

import httpx

from tests.bench.call_sources import Plan, Target, tell


def load_page(address: str, rate: int, started: Any) -> None:
    """Ask for a page so many times a second until the process is ended."""

    async def ask() -> None:
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            began, asked, open_ = time.monotonic(), 0, set[asyncio.Task[Any]]()
            started.set()
            while True:
                await asyncio.sleep(max(0.0, began + asked / rate - time.monotonic()))
                page = client.get(address, headers={"Agent": "a0"})
                task = asyncio.ensure_future(page)
                open_.add(task)
                task.add_done_callback(open_.discard)
                asked += 1

    asyncio.run(ask())


class Telling:
    """The process that tells of calls, and the one that asks for pages."""

    def __init__(self, plan: Plan, pages: int) -> None:
        self._plan, self._pages = plan, pages
        self._spawn = multiprocessing.get_context("spawn")
        self._targets, self._told = self._spawn.Queue(), self._spawn.Queue()
        arguments = (plan, self._targets, self._told)
        self._processes = [self._spawn.Process(target=tell, args=arguments, daemon=True)]
        self._processes[0].start()
        self._told.get()

    def begin(self, target: Target, page: str) -> None:
        """Tell a host of calls, and ask it for a page if that is wanted."""
        if self._pages:
            started = self._spawn.Event()
            arguments = (page, self._pages, started)
            loading = self._spawn.Process(target=load_page, args=arguments, daemon=True)
            loading.start()
            self._processes.append(loading)
            started.wait()
        self._targets.put(target)

    def told(self) -> dict[int, float]:
        """When each call was told, once all were."""
        found: dict[int, float] = self._told.get()
        return found

    def end(self) -> None:
        """End the processes that run."""
        for process in self._processes:
            process.terminate()
            process.join()
        self._processes.clear()
