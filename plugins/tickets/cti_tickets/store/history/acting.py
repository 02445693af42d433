"""Who acts, and by what way: a page, an import, a program, a call, a command."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from flask import has_request_context

from cti_host import Agent, current_agent, has_bearer_token


class Way(StrEnum):
    """By what way somebody changes or sees objects."""

    PAGE = "page"
    API = "api"  # a program, with a token
    PHONE = "phone"  # a call that an agent placed or took
    IMPORT = "import"
    COMMAND = "command"  # cti-host
    POP = "pop"  # a panel
    SEARCH = "search"
    EXPORT = "export"


_LONGEST = 255
_way: ContextVar[Way | None] = ContextVar("cti_tickets_way", default=None)


@dataclass(frozen=True)
class Actor:
    """Who acts: the name that they sign in with ("" for a command), and what they are called."""

    account: str
    author: str


def actor_of(agent: Agent | None) -> Actor:
    """Who an agent is; without one it is whoever runs the command."""
    if agent is not None:
        return Actor(agent.name[:_LONGEST], str(agent)[:_LONGEST])
    return Actor("", "" if has_request_context() else _user())


def current_actor() -> Actor:
    """Who acts now: the agent of the request, or whoever runs the command."""
    if not has_request_context():
        return actor_of(None)
    try:
        return actor_of(current_agent())
    except RuntimeError:  # a page for everybody
        return actor_of(None)


@contextmanager
def acting_through(way: Way) -> Iterator[None]:
    """Say by what way somebody acts, for as long as this lasts."""
    token = _way.set(way)
    try:
        yield
    finally:
        _way.reset(token)


def current_way() -> Way:
    """By what way somebody acts now, unless `acting_through` says so."""
    said = _way.get()
    if said is not None:
        return said
    if not has_request_context():
        return Way.COMMAND
    return Way.API if has_bearer_token() else Way.PAGE


@cache
def _user() -> str:
    """The user of the system who runs this process; "" if they have no name."""
    try:
        return getpass.getuser()[:_LONGEST]
    except (KeyError, OSError, ImportError):
        return ""
