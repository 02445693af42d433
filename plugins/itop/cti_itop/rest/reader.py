"""Reading iTop's objects: attributes that a class lacks are left out, requests go side by side."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from cti_itop.rest.absent import Absent
from cti_itop.rest.client import Found, Itop, ItopObject
from cti_itop.rest.errors import ItopError, ItopProblem

log = logging.getLogger("cti_host.plugin.itop")

SIDE_BY_SIDE = 32
_THREADS = "cti-itop-ask"
_LACKS = re.compile(r"invalid attribute code '(\w+)'")
_NO_CLASS = re.compile(r"is not a valid class|UnknownClassOqlException")
_T = TypeVar("_T")


def lacking(error: ItopError, codes: Sequence[str]) -> str | None:
    """The attribute among those that were asked for of which iTop says that a class lacks it."""
    named = _LACKS.search(error.message)
    return named[1] if named is not None and named[1] in codes else None


def is_unknown_class(problem: ItopProblem) -> bool:
    """Whether iTop says that it has no such class."""
    return isinstance(problem, ItopError) and _NO_CLASS.search(problem.message) is not None


class Reader:
    """Reads objects of one iTop; it learns which attributes a class lacks.

    :param zone: the time zone in which iTop writes dates
    :param absent: what iTop is known to lack, for as long as that is remembered
    """

    def __init__(self, itop: Itop, zone: ZoneInfo, absent: Absent | None = None) -> None:
        self.itop = itop
        self._zone = zone
        self.absent = absent or Absent()
        self._pool: ThreadPoolExecutor | None = None

    def get(
        self,
        key: str | int,
        class_name: str,
        codes: Sequence[str],
        *,
        limit: int | None = None,
        page: int | None = None,
    ) -> Found:
        """Like `Itop.get`; an attribute that the class does not have is left out.

        :raises ItopProblem: there is no usable answer
        """
        fields = [c for c in dict.fromkeys(codes) if not self.absent.lacks(class_name, c)]
        while True:
            try:
                return self.itop.get(
                    key, class_name=class_name, fields=fields or ["id"], limit=limit, page=page
                )
            except ItopError as error:
                code = lacking(error, fields)
                if code is None:
                    raise
                log.info("%s of iTop has no attribute %s", class_name, code)
                self.absent.note(class_name, code)
                fields.remove(code)

    def one(self, class_name: str, id_: int, codes: Sequence[str]) -> ItopObject | None:
        """The object with this id; `None`: there is none.

        :raises ItopProblem: there is no usable answer
        """
        found = self.get(id_, class_name, codes)
        return found.objects[0] if found.objects else None

    def moment(self, text: str) -> datetime | None:
        """A date of iTop as UTC without a zone; "" is none."""
        try:
            local = datetime.fromisoformat(text)
        except ValueError:
            return None
        return local.replace(tzinfo=self._zone).astimezone(UTC).replace(tzinfo=None)

    def day(self, moment: datetime) -> date:
        """The day where iTop is, of a moment in UTC without a zone."""
        return moment.replace(tzinfo=UTC).astimezone(self._zone).date()

    def side_by_side(self, tasks: Sequence[Callable[[], _T]]) -> list[_T | ItopProblem]:
        """Do several things at once, each of which only asks iTop.

        :return: what each answered, or the problem that it raised
        """
        # A thread of the pool must not wait for another one: all might be waiting.
        if len(tasks) < 2 or threading.current_thread().name.startswith(_THREADS):
            return [_outcome(task) for task in tasks]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix=_THREADS)
        contexts = [copy_context() for _task in tasks]
        return list(self._pool.map(lambda c, task: c.run(_outcome, task), contexts, tasks))


def _outcome(task: Callable[[], _T]) -> _T | ItopProblem:
    try:
        return task()
    except ItopProblem as problem:
        return problem


def good(outcome: Any) -> Any:
    """What was answered.

    :raises ItopProblem: it was a problem
    """
    if isinstance(outcome, ItopProblem):
        raise outcome
    return outcome
