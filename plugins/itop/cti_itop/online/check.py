"""What works with this iTop and this account: the answers of `cti-host check --online`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import peewee

from cti_host import Finding, Host, Level, is_query
from cti_itop.mirror.mirror import Mirror
from cti_itop.online.agents import AgentRights
from cti_itop.pages.phone_calls import CLASS as PHONE_CALL
from cti_itop.queries.query import Param, Query
from cti_itop.rest.classes import common_class
from cti_itop.rest.client import Itop
from cti_itop.rest.errors import ItopError, ItopForbidden, ItopProblem
from cti_itop.rest.reader import is_unknown_class

# Nothing has this id, and nobody this text.
_NOTHING = 0
_NOBODY = "cti-host check"
_TICKETS = ("UserRequest", "Incident")


class Online:
    """Asks iTop everything that the settings make the host ask, and nothing is written.

    :param mirror: the copy of persons; `None`: there is none
    :param rights: those of the agents
    """

    def __init__(self, host: Host, itop: Itop, mirror: Mirror | None, rights: AgentRights) -> None:
        self._settings, self._itop, self._mirror = host.settings, itop, mirror
        self._rights = rights

    def findings(self) -> Iterator[Finding]:
        """One finding after another; without a connection, only that."""
        started = time.perf_counter()
        try:
            reply = self._itop.call("list_operations")
        except ItopProblem as problem:
            remedy = "check url, user, password or token in [plugin.itop], and the profile "
            remedy += "“REST Services User” of the account"
            yield Finding(f"iTop at {self._itop.url}", Level.BAD, str(problem), remedy)
            return
        took = (time.perf_counter() - started) * 1000
        detail = f"answers in {took:.0f} ms, REST version {reply.get('version', '?')}"
        yield Finding(f"iTop at {self._itop.url}", Level.GOOD, detail)
        yield self._version()
        yield self._readable("Person")
        for class_name in _TICKETS:
            yield self._readable(class_name)
        yield from self._caller_information()
        yield from self._lists()
        yield from self._creations()
        yield self._phone_calls()
        yield from self._rights.findings()
        if self._mirror is not None:
            yield self._age(self._mirror)

    def _version(self) -> Finding:
        """Which iTop it is; the class that knows may not be readable."""
        what, query = "iTop's version", "SELECT ModuleInstallation WHERE name = 'itop'"
        try:
            found = self._itop.get(query, class_name="ModuleInstallation", fields=["version"])
        except ItopForbidden:
            why = "the account lacks the right to read ModuleInstallation"
        except ItopProblem as problem:
            why = str(problem)
        else:
            if found.objects:
                return Finding(what, Level.GOOD, found.objects[-1].text("version"))
            why = "the account sees no ModuleInstallation"
        remedy = "nothing else needs it: see in iTop that it is 3.0 or later"
        return Finding(what, Level.WARNING, f"could not be read: {why}", remedy)

    def _readable(self, class_name: str) -> Finding:
        """Whether the account may read a class, and how much it sees."""
        what = f"reading {class_name}"
        try:
            found = self._itop.get(
                f"SELECT {class_name}", class_name=class_name, fields=["id"], limit=1
            )
        except ItopForbidden:
            remedy = f"give the account a profile that may read {class_name}"
            return Finding(what, Level.BAD, "the account lacks the right", remedy)
        except ItopError as error:
            level = Level.WARNING if is_unknown_class(error) else Level.BAD
            return Finding(what, level, error.message)
        except ItopProblem as problem:
            return Finding(what, Level.BAD, str(problem))
        if not found.total:
            remedy = "look at the allowed organizations of the account"
            return Finding(what, Level.WARNING, "the account sees none", remedy)
        return Finding(what, Level.GOOD, f"the account sees {found.total:,}")

    def _caller_information(self) -> Iterator[Finding]:
        settings = self._settings.caller_information
        yield self._query("caller_information.query", settings.query)
        class_name = common_class(Query(settings.query).branches)
        yield from self._attributes(
            "caller_information.display_name", class_name, settings.display_name
        )

    def _lists(self) -> Iterator[Finding]:
        for position, settings in enumerate(self._settings.display_tickets.lists):
            if settings.enabled:
                name = f"display_tickets.lists[{position}].query"
                yield self._query(name, settings.query, missing="the list is not shown")

    def _creations(self) -> Iterator[Finding]:
        for chapter in ("direct_creation", "indirect_creation"):
            for class_name, creation in getattr(self._settings, chapter).items():
                if not creation.enabled:
                    continue
                name = f"{chapter}.{class_name}"
                query = f"SELECT {class_name} WHERE id = {_NOTHING}"
                yield self._query(name, query, missing="iTop has no form for it")
                yield from self._attributes(f"{name}.preset", class_name, creation.preset)
                for code, preset in creation.preset.items():
                    if is_query(preset):
                        yield self._query(f"{name}.preset.{code}", preset)

    def _query(self, name: str, text: str, *, missing: str = "") -> Finding:
        """Whether iTop runs a query, with values that nothing has."""
        query = Query(text)
        parameters: dict[str, Param] = dict.fromkeys(query.parameters, _NOBODY)
        parameters |= {"callers_list": [_NOTHING], "selected_caller": _NOTHING}

        def ask() -> None:
            key = query.inlined(parameters)
            class_name = common_class(query.branches)
            self._itop.get(key, class_name=class_name, fields=["id"], limit=1)

        return _tried(name, ask, missing)

    def _attributes(
        self, name: str, class_name: str, codes: Sequence[str] | dict[str, str]
    ) -> Iterator[Finding]:
        """The attributes among these that the class lacks."""
        for code in codes:
            try:
                self._itop.get(_NOTHING, class_name=class_name, fields=[code])
            except ItopError as error:
                # Whatever else is wrong was found by asking for the class.
                if "output_fields" in error.message:
                    detail = f"{class_name} has no attribute {code!r}"
                    remedy = "correct the code, or take it out"
                    yield Finding(name, Level.WARNING, detail, remedy)
            except ItopProblem as problem:
                yield Finding(name, Level.BAD, str(problem))

    def _phone_calls(self) -> Finding:
        """Whether iTop has phone calls, and the account may make some.

        A phone call without a ticket is refused; for lack of the right, it is refused before.
        """
        what = "phone calls"
        try:
            query = f"SELECT {PHONE_CALL} WHERE id = {_NOTHING}"
            self._itop.get(query, class_name=PHONE_CALL, fields=["id"], limit=1)
            self._itop.create(PHONE_CALL, {}, comment="cti-host check")
        except ItopForbidden:
            detail = "are kept by this host: the account may not create PhoneCall"
            remedy = "give the account the profile “Support Agent” or “Service Desk Agent”"
            return Finding(what, Level.WARNING, detail, remedy)
        except ItopProblem as problem:
            if is_unknown_class(problem):
                detail = "are kept by this host: iTop's telephony extension is not installed"
                return Finding(what, Level.GOOD, detail)
            if not isinstance(problem, ItopError):
                return Finding(what, Level.BAD, str(problem))
        return Finding(what, Level.GOOD, "are recorded in iTop")

    def _age(self, mirror: Mirror) -> Finding:
        try:
            state = mirror.state()
        except peewee.PeeweeException:
            detail = "its tables are not in the database"
            return Finding("mirror", Level.BAD, detail, "run: cti-host db upgrade")
        if not state.filled:
            detail = "nothing was copied yet: every caller is asked for in iTop"
            return Finding("mirror", Level.WARNING, detail, "run: cti-host itop sync")
        detail = f"{state.persons:,} persons, as iTop was {state.age // 60:,} minutes ago"
        if state.problem:
            return Finding("mirror", Level.WARNING, f"{detail}; {state.problem}")
        return Finding("mirror", Level.GOOD, detail)


def _tried(name: str, ask: Callable[[], None], missing: str) -> Finding:
    try:
        ask()
    except ItopError as error:
        if is_unknown_class(error) and missing:
            return Finding(name, Level.WARNING, f"no such class: {missing}")
        return Finding(name, Level.BAD, error.message)
    except ItopProblem as problem:
        return Finding(name, Level.BAD, str(problem))
    return Finding(name, Level.GOOD, "works")
