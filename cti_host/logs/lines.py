"""How the lines of the log look: text for people, or one JSON object each for programs."""

from __future__ import annotations

import json
import logging
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from cti_host.logs.request_ids import current_request_id

log = logging.getLogger("cti_host.uncaught")

TEXT, JSON = "text", "json"
# They write a line for each request that they send.
_TALKATIVE = ("httpx", "httpcore")


class TextLines(logging.Formatter):
    """Time, level, logger, the request's id in brackets if there is one, and the message."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's name
        """See the class above it."""
        id_ = current_request_id()
        if not id_:
            return super().formatMessage(record)
        return f"{record.asctime} {record.levelname} {record.name} [{id_}] {record.message}"


class JsonLines(logging.Formatter):
    """One JSON object a line: `time` (UTC, ISO 8601), `level`, `logger`, `message`.

    `request` is the id of the request, where there is one; `exception` says where an exception
    happened, and what it was.
    """

    def format(self, record: logging.LogRecord) -> str:
        """See the class above it."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        id_ = current_request_id()
        if id_:
            line["request"] = id_
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            line["exception"] = record.exc_text
        if record.stack_info:
            line["stack"] = record.stack_info
        return json.dumps(line, ensure_ascii=False)


def configure(kind: str) -> None:
    """Have all lines of this process look alike, those of libraries and of Python itself too.

    Everything from level INFO on is written to standard error. What was set up before, such as by
    the process that this one was forked from, counts no more.

    :param kind: `TEXT` or `JSON`
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if kind == JSON else TextLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("the process ends", exc_info=(kind, error, trace))


def _uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is None or isinstance(arguments.exc_value, SystemExit):
        return
    name = arguments.thread.name if arguments.thread else "?"
    error = (arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
    log.critical("the thread %s ends", name, exc_info=error)
