"""What somebody may do: asked wherever objects are read and written.

Within a request it is the agent's profiles that count. Commands may do everything: whoever can run
them can read the database as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, cached_property
from typing import Any

from flask import current_app, g, has_app_context

from cti_host import Agent, current_agent, is_serving
from cti_tickets.model.data_model import built_in, schema
from cti_tickets.rights.profiles import READ
from cti_tickets.rights.rights import Rights
from cti_tickets.rights.verdict import Verdict, Why

# Where an application keeps its `Accesses`, among its extensions.
EXTENSION = "cti_tickets.rights"
_KEPT = "cti_tickets_access"
# Sites have a few combinations of profiles; whatever signs agents in may make more of them up.
_MOST_KEPT = 1000
_everything: ContextVar[bool] = ContextVar("cti_tickets_everything_allowed", default=False)


class Forbidden(PermissionError):
    """Somebody tried what they may not do; the message is a sentence for them.

    It is made a page, or JSON, with the status 403, wherever in a request it is raised.
    """

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.sentence)
        self.verdict = verdict


class Access:
    """What somebody may do, by class. It may be asked often: each verdict is reached once.

    :param rights: who decides; `None`: everything is allowed
    :param profiles: the profiles of whoever acts
    """

    def __init__(self, rights: Rights | None, profiles: frozenset[str] = frozenset()) -> None:
        self._rights, self._profiles = rights, profiles
        self._verdicts: dict[tuple[str, str], Verdict] = {}
        self._readable: dict[str, frozenset[str]] = {}

    def may(self, action: str, class_name: str) -> Verdict:
        """Whether an action is allowed with the objects of a class, and why.

        With an abstract class that is allowed which is allowed with any class below it.

        :param action: one of `profiles.ACTIONS`, or a stimulus ("ev_assign")
        :param class_name: a class; one that isn't there allows nothing
        :return: a verdict, which is true if it is allowed
        """
        known = self._verdicts.get((action, class_name))
        if known is not None:
            return known
        verdict = self._decide(action, class_name)
        if self._rights is None or class_name in self._rights.schema:
            self._verdicts[action, class_name] = verdict
        return verdict

    def require(self, action: str, class_name: str) -> None:
        """See `may`.

        :raises Forbidden: it is not allowed
        """
        verdict = self.may(action, class_name)
        if not verdict:
            raise Forbidden(verdict)

    def readable(self, class_name: str) -> frozenset[str]:
        """The classes that have objects, this one or below it, which may be read."""
        known = self._readable.get(class_name)
        if known is None:
            concrete = schema().concrete(class_name)
            known = frozenset(name for name in concrete if self.may(READ, name))
            if self._rights is not None:
                self._readable[class_name] = known
        return known

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The classes that have objects, none of which may be read."""
        classes = () if self._rights is None else self._rights.schema
        return frozenset(
            cls.name for cls in classes if not cls.abstract and not self.may(READ, cls.name)
        )

    @property
    def is_limited(self) -> bool:
        """Whether there is any class whose objects may not be read."""
        return bool(self.hidden)

    @cached_property
    def is_empty(self) -> bool:
        """Whether nothing may be read at all."""
        return self._rights is not None and not any(
            self.may(READ, cls.name) for cls in self._rights.schema if not cls.abstract
        )

    def _decide(self, action: str, class_name: str) -> Verdict:
        if self._rights is None:
            return Verdict(True, action, class_name, Why.COMMAND_LINE)
        return self._rights.decide(self._profiles, action, class_name)


class Accesses:
    """The accesses of an application: one for each combination of profiles.

    :param rights: who decides
    """

    def __init__(self, rights: Rights) -> None:
        self.rights = rights
        self._kept: dict[frozenset[str], Access] = {}

    def of(self, profiles: frozenset[str]) -> Access:
        """What somebody with these profiles may do."""
        access = self._kept.get(profiles)
        if access is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            access = self._kept[profiles] = Access(self.rights, profiles)
        return access


EVERYTHING = Access(None)


@contextmanager
def everything_allowed() -> Iterator[None]:
    """Let everything be allowed meanwhile: for what the system does itself, whoever acts."""
    token = _everything.set(True)
    try:
        yield
    finally:
        _everything.reset(token)


def current_access() -> Access:
    """What whoever acts now may do: the agent of the request; everything outside of one."""
    if _everything.get() or not is_serving():
        return EVERYTHING
    try:
        agent: Agent | None = current_agent()
    except RuntimeError:  # a page for everybody
        agent = None
    # A page asks for it a dozen times: not by the proxy, whose attributes take calls of their own.
    values: dict[str, Any] = vars(g._get_current_object())
    kept: tuple[Agent | None, Access] | None = values.get(_KEPT)
    if kept is None or kept[0] is not agent:
        kept = (agent, access_of(agent))
        values[_KEPT] = kept
    return kept[1]


def access_of(agent: Agent | None) -> Access:
    """What an agent may do by their profiles; without an agent, nothing."""
    return access_of_profiles(agent.profiles if agent is not None else ())


def access_of_profiles(profiles: Collection[str]) -> Access:
    """What somebody with some profiles may do."""
    found = current_app.extensions.get(EXTENSION) if has_app_context() else None
    accesses = found if isinstance(found, Accesses) else _built_in()
    return accesses.of(frozenset(profiles))


@cache
def _built_in() -> Accesses:
    """The accesses where there is no application with this plugin."""
    return Accesses(Rights(built_in().schema, {}))
