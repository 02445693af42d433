"""What is written to logs: without the numbers and names of persons, never with secrets.

One rule for every logger and handler, those of libraries and of plugins included, and for handlers
that are added later: records are masked where they are made.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from flask import g, has_app_context

from cti_host.model import Agent, Call, Caller, Match, Number, Ticket, TicketDetails, Unsearchable
from cti_host.privacy.text import (
    mask_emails,
    mask_names,
    mask_number,
    mask_numbers,
    mask_query_values,
    mask_secrets,
)

_Factory = Callable[..., logging.LogRecord]
# Their messages name files, attributes and arguments, not what was in them.
_TELLING = (OSError, ImportError, NameError, AttributeError)
_HARMLESS_VALUE = re.compile(r"[a-z_.]{1,24}|[A-Za-z]{1,24}|\d{1,6}", re.ASCII)
_LEADING_NUMBER = re.compile(r"(?:\+|%2B|\d|\()", re.IGNORECASE)
# Masking takes time for each character, and a log is no place for more.
MOST_CHARACTERS = 8_000
# What is cut through, a number or an address, would not be recognised: so much is left out, too.
_CUT_THROUGH = 500
_ATTRIBUTES_THAT_NAME = ("friendlyname", "name", "first_name", "email")


@dataclass(frozen=True)
class LogPolicy:
    """What logs may hold.

    :param numbers: whether phone numbers stay
    :param names: whether names and e-mail addresses stay, and what exceptions say
    """

    numbers: bool = False
    names: bool = False

    def masked(self, text: str, known_names: Sequence[str] = ()) -> str:
        """A text as a log may hold it; one that is too long is cut.

        :param known_names: names that may stand in it
        """
        too_long = len(text) > MOST_CHARACTERS + _CUT_THROUGH
        if too_long:
            text = text[: MOST_CHARACTERS + _CUT_THROUGH]
        text = self._masked(text, known_names)
        return f"{text[:-_CUT_THROUGH]}… (cut)" if too_long else text

    def _masked(self, text: str, known_names: Sequence[str]) -> str:
        text = mask_secrets(text)
        if not self.names:
            text = mask_query_values(text, self._is_harmless)
            text = mask_names(mask_emails(text), known_names)
        return text if self.numbers else mask_numbers(text, in_words=True)

    def error(self, error: BaseException) -> str:
        """What an exception says, as a log may hold it."""
        kind = type(error).__name__
        try:
            text = str(error)
        except Exception:  # an exception of a plugin is a plugin's code, too
            text = ""
        if not text:
            return kind
        if self.names or isinstance(error, _TELLING):
            return f"{kind}: {self.masked(text)}"
        return f"{kind} (what it says is not shown: [privacy] log_names = true shows it)"

    def traceback(
        self, error: BaseException | None, trace: TracebackType | None, *, depth: int = 0
    ) -> str:
        """Where an exception happened and what it was, with those that led to it."""
        if error is None:
            return ""
        before = ""
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is not None and depth < 10:
            words = "direct cause of" if error.__cause__ else "handled during"
            told = self.traceback(cause, cause.__traceback__, depth=depth + 1)
            before = f"{told}\n\nThe above exception was the {words} the following exception:\n\n"
        where = "".join(traceback.format_tb(trace))
        return f"{before}Traceback (most recent call last):\n{where}{self.error(error)}"

    def argument(self, value: Any) -> Any:
        """A value that a message is filled with: objects of the host by what names them."""
        if isinstance(value, str):
            return value
        if isinstance(value, BaseException):
            return self.error(value)
        if not self.names:
            match value:
                case Caller() | Ticket():
                    return value.key
                case Match():
                    return value.caller.key
                case TicketDetails():
                    return value.ticket.key
                case Agent():
                    return value.name
                case Call():
                    return "a call"
                case list() | tuple() if not hasattr(value, "_fields"):
                    return type(value)(map(self.argument, value))
        if not self.numbers and isinstance(value, Number | Unsearchable):
            return mask_number(value.raw)
        return value

    def _is_harmless(self, value: str) -> bool:
        """Whether the value of a URL's parameter is a word of ours, an id, or a number."""
        if _HARMLESS_VALUE.fullmatch(value):
            return not value[:1].isupper()
        digits = sum(map(str.isdigit, value))
        return bool(_LEADING_NUMBER.match(value)) and digits > len(value) / 3


_policy = LogPolicy()
_own_rules: set[str] = set()


def own_rule(logger_name: str) -> None:
    """Let a logger write numbers because a setting of its plugin says so."""
    _own_rules.add(logger_name)


def forget_own_rules() -> None:
    """Let no logger write numbers by a rule of its own any more: for tests."""
    _own_rules.clear()


def install(policy: LogPolicy) -> None:
    """Mask all log records of this process from now on, as a policy says; once is enough."""
    global _policy  # logging is one for the process, and so is what it may hold
    _policy = policy
    before = logging.getLogRecordFactory()
    if getattr(before, "cti_host", None) is None:
        logging.setLogRecordFactory(_masking(before))


def keep_to(policy: LogPolicy) -> None:
    """Mask log records by another policy, if they are masked in this process."""
    global _policy  # see `install`
    if getattr(logging.getLogRecordFactory(), "cti_host", None) is not None:
        _policy = policy


def uninstall() -> None:
    """Make log records as they were made before: for tests."""
    own = getattr(logging.getLogRecordFactory(), "cti_host", None)
    if own is not None:
        logging.setLogRecordFactory(own)


def _masking(before: _Factory) -> _Factory:
    def make(*arguments: Any, **options: Any) -> logging.LogRecord:
        record = before(*arguments, **options)
        try:
            _mask(record, _policy)
        except Exception:  # a message that can't be masked must not be written, nor lost in silence
            record.msg, record.args, record.exc_info = "(a message could not be masked)", (), None
        return record

    make.cti_host = before  # type: ignore[attr-defined]  # how `install` knows its own
    return make


def _mask(record: logging.LogRecord, policy: LogPolicy) -> None:
    if record.name in _own_rules:
        policy = LogPolicy(numbers=True, names=policy.names)
    if isinstance(record.args, tuple):
        record.args = tuple(map(policy.argument, record.args))
    elif record.args:
        record.args = {key: policy.argument(value) for key, value in record.args.items()}
    if not isinstance(record.msg, str):
        record.msg = policy.argument(record.msg)
    names = () if policy.names else tuple(_names_of_this_request())
    record.msg, record.args = policy.masked(record.getMessage(), names), ()
    if record.exc_info:
        _kind, error, trace = record.exc_info
        # A formatter takes this text as it is; what would make another of it is gone.
        record.exc_text, record.exc_info = policy.traceback(error, trace), None
    if record.stack_info:
        record.stack_info = policy.masked(record.stack_info, names)


def _names_of_this_request() -> Iterator[str]:
    """The names of persons that plugins returned or were given in this request."""
    trace = g.get("cti_trace") if has_app_context() else None
    for span in tuple(trace.spans) if trace else ():
        yield from _names_in(span.result)
        for value in span.arguments.values():
            yield from _names_in(value)


def _names_in(value: Any) -> Iterator[str]:
    match value:
        case Caller():
            yield value.headline
            for code in _ATTRIBUTES_THAT_NAME:
                yield value.attributes.get(code, "")
        case Match():
            yield from _names_in(value.caller)
        case Ticket():
            yield value.caller
        case TicketDetails():
            yield from _names_in(value.caller)
        case list() | tuple():
            for item in value:
                yield from _names_in(item)
