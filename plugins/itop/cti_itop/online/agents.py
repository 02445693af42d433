"""Whether the agents may open and create in iTop what the settings offer them.

iTop's pages are opened by agents, with their own accounts there. Its REST services tell which
profiles an account has, to administrators only; what a profile may do, they tell nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cti_host import Agent, Finding, Host, Level
from cti_itop.online.profiles import creators, may_create, may_read
from cti_itop.queries.agent_parameters import Agents
from cti_itop.queries.query import Query
from cti_itop.rest.classes import common_class
from cti_itop.rest.client import Itop, ItopObject
from cti_itop.rest.errors import ItopForbidden, ItopProblem

_WHAT = "agents' rights in iTop"
_AT_ONCE = 500
_ENABLED = "enabled"


class AgentRights:
    """Looks at the account of each agent in iTop.

    :param agents: tells which person of iTop an agent is
    """

    def __init__(self, host: Host, itop: Itop, agents: Agents) -> None:
        self._host, self._itop, self._agents = host, itop, agents

    def findings(self) -> Iterator[Finding]:
        """What is wrong with each, what can't be known, and one about all who are all right."""
        agents = self._host.hooks.known_agents()
        persons: dict[str, int] = {}
        for agent in agents:
            try:
                persons[agent.name] = self._agents.contact_id(agent)
            except ItopProblem as problem:
                yield Finding(_WHAT, Level.WARNING, f"can't be known: {problem}")
                return
        yield from self._without_person(agents, persons)
        known = [agent for agent in agents if persons[agent.name]]
        if not known:
            return
        try:
            accounts = self._accounts([*persons.values()])
        except ItopProblem as problem:
            yield self._unknown(problem)
            return
        good: list[str] = []
        for agent in known:
            wrong = list(self._of(agent, accounts.get(persons[agent.name], ())))
            yield from wrong
            if not wrong:
                good.append(agent.name)
        if good:
            classes = ", ".join(self._created)
            detail = f"{', '.join(good)}: may read tickets, and create {classes or 'nothing more'}"
            yield Finding(_WHAT, Level.GOOD, detail)

    def _without_person(
        self, agents: Sequence[Agent], persons: dict[str, int]
    ) -> Iterator[Finding]:
        """The agents who are nobody in iTop, also those with a link to nobody."""
        wanted = sorted({id_ for id_ in persons.values() if id_})
        try:
            found = self._objects("SELECT Person WHERE id IN (:ids)", wanted, "Person", ["status"])
        except ItopProblem as problem:
            yield Finding(_WHAT, Level.WARNING, f"persons can't be read: {problem}")
            return
        there = {one.id for one in found}
        for agent in agents:
            id_ = persons[agent.name]
            if id_ in there:
                continue
            persons[agent.name] = 0
            detail = f"iTop has no person {id_}, or the account may not see it"
            if not id_:
                detail = "no person of iTop, or several, have the e-mail address of the account"
            remedy = f"run: cti-host agent link {agent.name} ID"
            yield Finding(f"agent {agent.name}", Level.WARNING, detail, remedy)

    def _accounts(self, persons: Sequence[int]) -> Mapping[int, Sequence[ItopObject]]:
        """The accounts of persons."""
        codes = ["login", "status", "contactid", "profile_list"]
        wanted = sorted({id_ for id_ in persons if id_})
        found: dict[int, list[ItopObject]] = {}
        for one in self._objects("SELECT User WHERE contactid IN (:ids)", wanted, "User", codes):
            found.setdefault(one.key("contactid"), []).append(one)
        return found

    def _objects(
        self, text: str, ids: Sequence[int], class_name: str, codes: Sequence[str]
    ) -> list[ItopObject]:
        query, found = Query(text), list[ItopObject]()
        for start in range(0, len(ids), _AT_ONCE):
            key = query.inlined({"ids": ids[start : start + _AT_ONCE]})
            found += self._itop.get(key, class_name=class_name, fields=codes).objects
        return found

    @staticmethod
    def _unknown(problem: ItopProblem) -> Finding:
        detail = f"can't be known: {problem}"
        if isinstance(problem, ItopForbidden):
            detail = "can't be known: only administrators of iTop may read accounts"
        remedy = "see in iTop that each agent has an account, with profiles for what is created"
        return Finding(_WHAT, Level.WARNING, detail, remedy)

    def _of(self, agent: Agent, accounts: Sequence[ItopObject]) -> Iterator[Finding]:
        """What is wrong, or not known, with the rights of an agent."""
        what = f"agent {agent.name}"
        enabled = [one for one in accounts if one.text("status") in ("", _ENABLED)]
        if not enabled:
            detail = "has no account in iTop" if not accounts else "has a disabled account in iTop"
            remedy = "make or enable it: iTop's pages ask who they are"
            yield Finding(what, Level.WARNING, detail, remedy)
            return
        profiles = {name for one in enabled for name in _profiles(one)}
        listed = ", ".join(sorted(profiles)) or "none that can be read"
        rights: dict[str, tuple[bool | None, tuple[str, ...]]] = {
            f"read {name}": (may_read(profiles), ()) for name in self._read
        }
        rights |= {
            f"create {name}": (may_create(profiles, name), creators(name)) for name in self._created
        }
        missing = [right for right, (may, _by) in rights.items() if may is False]
        if missing:
            helpful = sorted({one for right in missing for one in rights[right][1]})
            remedy = f"give the account in iTop: {', '.join(helpful)}" if helpful else ""
            detail = f"may not {', '.join(missing)} (profiles: {listed})"
            yield Finding(what, Level.WARNING, detail, remedy)
        unknown = [right for right, (may, _by) in rights.items() if may is None]
        if unknown:
            detail = f"whether they may {', '.join(unknown)} can't be known (profiles: {listed})"
            remedy = "see it in iTop: its REST services don't tell what a profile may do"
            yield Finding(what, Level.WARNING, detail, remedy)

    @property
    def _read(self) -> list[str]:
        """The classes that the settings make agents read."""
        settings = self._host.settings
        queries = [settings.caller_information.query]
        queries += [one.query for one in settings.display_tickets.lists if one.enabled]
        return list(dict.fromkeys(common_class(Query(text).branches) for text in queries))

    @property
    def _created(self) -> list[str]:
        """The classes that the settings offer agents to create."""
        settings = self._host.settings
        chapters = (settings.direct_creation, settings.indirect_creation)
        return list(dict.fromkeys(n for each in chapters for n, one in each.items() if one.enabled))


def _profiles(account: ItopObject) -> Iterator[str]:
    """The names of the profiles of an account."""
    for link in account.fields.get("profile_list") or ():
        if isinstance(link, Mapping):
            yield str(link.get("profile") or link.get("profileid_friendlyname") or "?")
