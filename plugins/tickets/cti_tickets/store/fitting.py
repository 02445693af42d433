"""What fits together in a ticket: the agent is in the team, the subcategory is of the service.

A rule says of one key that it follows from another one. Rules hold for each class that has both
attributes, so also for classes of plugins. Only what an agent changes is checked: data that came
from elsewhere, and was so for long, hinders nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import peewee
from flask_babel import lazy_gettext as _

from cti_tickets.model.classes.registry import (
    LnkPersonToTeam,
    Organization,
    Person,
    Service,
    ServiceSubcategory,
    Team,
)
from cti_tickets.model.schema import ClassDef
from cti_tickets.rights import organizations

# The ids of columns have no more.
_MOST_DIGITS = 9


@dataclass(frozen=True)
class Follows:
    """One key follows from another one.

    :param code: the attribute that has to fit
    :param on: the attribute that it has to fit
    :param targets: the classes that both lead to; where a class uses a code otherwise, no rule is
    :param fitting: the condition of the objects that fit an id; `None`: all do
    :param message: why one doesn't
    :param gives: the column of the target that says which other key is meant; `None`: none does
    """

    code: str
    on: str
    targets: tuple[str, str]
    fitting: Callable[[int], Any | None]
    message: Any
    gives: Any = None

    def is_of(self, cls: ClassDef) -> bool:
        """Whether a class has both attributes."""
        found = [cls.attributes.get(code) for code in (self.code, self.on)]
        return all(found) and tuple(a.target for a in found if a) == self.targets


def _of_team(team_id: int) -> Any | None:
    """The persons of a team; of one that nobody has been put into, everybody."""
    query: Any = LnkPersonToTeam.select(LnkPersonToTeam.person).where(
        LnkPersonToTeam.team == team_id
    )
    return Person.id.in_(query) if query.exists() else None


def _of_service(service_id: int) -> Any | None:
    return ServiceSubcategory.service == service_id


def _of_provider(service_id: int) -> Any | None:
    """The teams of who provides a service; where that has none, all."""
    provider: Any = Service.select(Service.org).where(Service.id == service_id)
    condition: Any = Team.org.in_(provider)
    teams: Any = Team.select(Team.id).where(condition, Team.finalclass == "Team")
    return condition if teams.exists() else None


def _of_organization(org_id: int) -> Any | None:
    """The persons of an organization and of all that are part of it."""
    return Person.org.in_(organizations.with_those_below(frozenset([org_id])))


RULES = (
    Follows(
        "caller_id",
        "org_id",
        ("Person", "Organization"),
        _of_organization,
        _("is not of this organization"),
        Person.org,
    ),
    Follows(
        "servicesubcategory_id",
        "service_id",
        ("ServiceSubcategory", "Service"),
        _of_service,
        _("is not part of this service"),
        ServiceSubcategory.service,
    ),
    Follows(
        "team_id",
        "service_id",
        ("Team", "Service"),
        _of_provider,
        _("does not provide this service"),
    ),
    Follows("agent_id", "team_id", ("Person", "Team"), _of_team, _("is not in this team")),
)
_MODELS: Mapping[str, Any] = {
    "Organization": Organization,
    "Person": Person,
    "Service": Service,
    "ServiceSubcategory": ServiceSubcategory,
    "Team": Team,
}


def rules_of(cls: ClassDef) -> list[Follows]:
    """The rules that hold for a class."""
    known: list[Follows] | None = cls.kept.get("rules")
    if known is None:
        known = cls.kept["rules"] = [rule for rule in RULES if rule.is_of(cls)]
    return known


def misfits(cls: ClassDef, row: Mapping[str, Any], changed: Iterable[str]) -> dict[str, str]:
    """Messages for the keys that don't fit another one, of those that change.

    :param row: all values as they would be
    """
    changing = set(changed)
    found = {}
    for rule in rules_of(cls):
        value, on = row.get(rule.code), row.get(rule.on)
        if not value or not on or not changing & {rule.code, rule.on}:
            continue
        condition = rule.fitting(int(on))
        if condition is None:
            continue
        model = _MODELS[rule.targets[0]]
        query: peewee.ModelSelect[Any] = model.select(model.id).where(model.id == value, condition)
        if not query.exists() and _is_there(rule.targets[1], int(on)):
            code = rule.code if rule.code in changing else rule.on
            found[code] = str(rule.message if code == rule.code else _misfit_of(cls, rule))
    return found


def _is_there(class_name: str, id_: int) -> bool:
    """Whether an object is stored, and there for whoever acts.

    What they can't see limits nobody: they could not tell why. What isn't stored is told by itself.
    """
    model = _MODELS[class_name]
    stored = model.select(model.id).where(model.id == id_).exists()
    return stored and organizations.is_there(class_name, id_)


def _misfit_of(cls: ClassDef, rule: Follows) -> str:
    """What to say beside the other key, which is the one that was changed."""
    label = cls.attributes[rule.code].label
    return f"{label}: {rule.message}"


def given_by(rule: Follows, value: int) -> int | None:
    """What the other key has to be for one that is chosen; `None`: it doesn't say."""
    if rule.gives is None:
        return None
    model = _MODELS[rule.targets[0]]
    row = model.select(rule.gives).where(model.id == value).tuples().first()
    return row[0] if row else None


def completed(cls: ClassDef, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values with the keys that follow from others, where none was chosen."""
    found = dict(values)
    for rule in rules_of(cls):
        value = str(found.get(rule.code) or "")
        if value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS:
            on = None if found.get(rule.on, "") else given_by(rule, int(value))
            found |= {rule.on: str(on)} if on and rule.on in found else {}
    return found


def fitting_ids(rule: Follows, on: int, limit: int) -> list[int] | None:
    """The ids of the objects that fit; `None`: all do, or more than the limit."""
    condition = rule.fitting(on)
    if condition is None:
        return None
    model = _MODELS[rule.targets[0]]
    query: Any = model.select(model.id).where(condition).limit(limit + 1)
    if model in (Person, Team):
        query = query.where(model.finalclass == rule.targets[0])
    found = [row[0] for row in query.tuples()]
    return found if len(found) <= limit else None


def fitting_among(rule: Follows, on: int, ids: Sequence[int]) -> list[int]:
    """Those of some objects that fit, in their order."""
    condition = rule.fitting(on)
    if condition is None:
        return [*ids]
    model = _MODELS[rule.targets[0]]
    query: Any = model.select(model.id).where(model.id.in_(ids), condition)
    fitting = {row[0] for row in query.tuples()}
    return [one for one in ids if one in fitting]
