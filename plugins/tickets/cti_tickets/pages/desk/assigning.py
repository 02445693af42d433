"""Who works on a ticket: taken by oneself, or given to somebody of a team."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cti_oql.functions.fold import fold
from cti_oql.schema import Kind
from markupsafe import Markup

from cti_host import Agent, current_host
from cti_tickets.model import SOURCE
from cti_tickets.model.classes.registry import LnkPersonToTeam, Person
from cti_tickets.model.form_plan import editable, transition_plan
from cti_tickets.model.lifecycles.lifecycle import Flag
from cti_tickets.model.schema import ClassDef
from cti_tickets.rights.access import current_access
from cti_tickets.rights.organizations import allowed
from cti_tickets.rights.profiles import MODIFY, READ
from cti_tickets.store.agents import active_teams_of, contact_of
from cti_tickets.store.fitting import fits, fitting_ids, rules_of
from cti_tickets.store.records import Records

TEAM, AGENT = "team_id", "agent_id"
# More people than that nobody finds in a list: the form of the transition has a box to type in.
MOST_PEOPLE = 200


@dataclass(frozen=True)
class Assignable:
    """How a ticket can be given to somebody in its present state.

    :param stimulus: the transition that gives it to somebody; "": it is a change like others
    :param me: the choice that is whoever looks; "" if that is none, or has it already
    :param has_people: whether there may be somebody else to choose
    """

    stimulus: str
    me: str = ""
    has_people: bool = True


@dataclass(frozen=True)
class People:
    """Who may get a ticket.

    :param teams: the people by team, each as the value of the choice, "3:12", and a name
    :param too_many: whether only those of the ticket's own team are here
    :param besides: whether whoever has it now is left out
    """

    teams: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    too_many: bool = False
    besides: bool = False


@dataclass(frozen=True)
class Assigning:
    """The form that gives a ticket to somebody.

    :param people: whom it offers
    :param carried: what each form of the page sends along, with the version of the ticket that
        whoever chooses has seen
    :param other_url: the form that takes everybody, by name
    :param back_url: the page of the ticket
    :param chosen: who was chosen, the value of the choice
    :param problem: why that wasn't stored
    """

    people: People
    carried: Markup
    other_url: str
    back_url: str
    chosen: str = ""
    problem: str = ""


def assignable(
    records: Records, cls: ClassDef, state: str, values: Mapping[str, Any], agent: Agent
) -> Assignable | None:
    """How whoever looks at a ticket can give it to somebody; `None`: they can't, in its state."""
    stimulus = way_to_assign(cls, state, values)
    if stimulus is None or not current_access().may(READ, "Person"):
        return None
    # Whoever is limited to organizations often sees nobody of the teams; others have no page wait.
    has_people = allowed() is None or bool(people_for(records, cls, values, stimulus).teams)
    return Assignable(stimulus, _own(cls, values, agent), has_people)


def people_for(records: Records, cls: ClassDef, values: Mapping[str, Any], stimulus: str) -> People:
    """Who may get a ticket, as far as whoever looks may see them.

    :param stimulus: what gives it to somebody; whom it would refuse is not among them
    """
    pairs = _people(cls, values)
    too_many = len(pairs) > MOST_PEOPLE
    if too_many:
        pairs = [pair for pair in pairs if pair[0] == values.get(TEAM)][:MOST_PEOPLE]
    same = _unchanged(cls, values, stimulus)
    others = [pair for pair in pairs if not same(*pair)]
    besides, pairs = len(others) < len(pairs), others
    database = current_host().database
    teams = records.names(database, "Team", sorted({team for team, _ in pairs}))
    people = records.names(database, "Person", sorted({person for _, person in pairs}))
    by_team: dict[int, list[tuple[str, str]]] = {}
    for team, person in pairs:
        if team in teams and person in people:
            by_team.setdefault(team, []).append((f"{team}:{person}", people[person]))
    listed = [(teams[team], sorted(some, key=_by_name)) for team, some in by_team.items()]
    listed.sort(key=lambda one: fold(one[0]) or "")
    return People(listed, too_many, besides)


def _unchanged(
    cls: ClassDef, values: Mapping[str, Any], stimulus: str
) -> Callable[[int, int], bool]:
    """Whether a team and a person of it are those that a ticket has, as the stimulus counts it.

    Most demand another agent: the same one is refused then, whatever the team.
    """
    life = cls.lifecycle
    way = life.transition(str(values.get(life.attribute)), stimulus) if life else None
    flags = life.asked(way) if life and way else {}
    demanded = [code for code in (TEAM, AGENT) if Flag.MUST_CHANGE in flags.get(code, Flag.NONE)]

    def same(team: int, person: int) -> bool:
        kept = {TEAM: team == values.get(TEAM), AGENT: person == values.get(AGENT)}
        return all(kept.values()) or any(kept[code] for code in demanded)

    return same


def _by_name(choice: tuple[str, str]) -> str:
    return fold(choice[1]) or ""


def way_to_assign(cls: ClassDef, state: str, values: Mapping[str, Any]) -> str | None:
    """What gives a ticket to somebody in its present state, for whoever acts.

    :return: the stimulus of the transition that asks for team and agent and nothing else; "" where
        they can simply be changed; `None`: it can't be given to anybody now
    """
    attributes = [cls.attributes.get(code) for code in (TEAM, AGENT)]
    if not all(one is not None and one.kind is Kind.KEY for one in attributes):
        return None
    access = current_access()
    for way in cls.lifecycle.possible(state) if cls.lifecycle else ():
        asked = set(transition_plan(cls, way, {**values, AGENT: None}).asked)
        if AGENT in asked and asked <= {TEAM, AGENT} and access.may(way.stimulus, cls.name):
            return way.stimulus
    if access.may(MODIFY, cls.name) and all(editable(cls, state, c) for c in (TEAM, AGENT)):
        return ""
    return None


def _own(cls: ClassDef, values: Mapping[str, Any], agent: Agent) -> str:
    """The choice that is somebody themselves: in the ticket's team if they are in it."""
    # Whether the person is there that an agent is linked to shows in their teams.
    me = agent.contact_in(SOURCE) or contact_of(agent)
    if me is None or me == values.get(AGENT):
        return ""
    fitting = [
        fits(rule, "link.team_id", int(values[rule.on]))
        for rule in rules_of(cls)
        if rule.code == TEAM and values.get(rule.on)
    ]
    own = active_teams_of(me, fitting)
    if not own:
        return ""
    team = values.get(TEAM) if values.get(TEAM) in own else own[0]
    return f"{team}:{me}"


def _people(cls: ClassDef, values: Mapping[str, Any]) -> list[tuple[int, int]]:
    """The teams that may have a ticket, each with its active people."""
    # Asked of each person in turn: of a join, SQLite would read everybody who is active.
    status: Any = Person.select(Person.status).where(Person.id == LnkPersonToTeam.person)
    query: Any = (
        LnkPersonToTeam.select(LnkPersonToTeam.team, LnkPersonToTeam.person)
        .where(status == "active")
        .order_by(LnkPersonToTeam.team, LnkPersonToTeam.person)
        .limit(MOST_PEOPLE + 1)
    )
    for rule in rules_of(cls):
        if rule.code == TEAM and values.get(rule.on):
            fitting = fitting_ids(rule, int(values[rule.on]), MOST_PEOPLE)
            if fitting is not None:
                query = query.where(LnkPersonToTeam.team.in_(fitting))
    return [(team, person) for team, person in query.tuples()]
