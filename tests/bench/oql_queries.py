"""Queries as sites have them, each beside SQL of the same meaning, written by hand.

In the SQL `F(x)` is the form of a text in which it is compared, `L(x)` that in which LIKE does; the
values are bound by their names, a span of time as the moment so long ago. What is written is what
follows the columns: a page takes the total in the same statement or in a second one, whichever is
faster.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cti_oql.functions.fold import fold

from cti_host import Number
from tests.bench.oql_data import address, company, number_of, organization_of

PAGE = 10
# What the SQL begins with, in short.
BEGINNINGS = {
    "PEOPLE": "FROM contact WHERE finalclass = 'Person'",
    "REQUESTS": "FROM ticket WHERE finalclass = 'UserRequest'",
    "INCIDENTS": "FROM ticket WHERE finalclass = 'Incident'",
}
PERSON = "F(first_name || ' ' || name), id"
NEWEST = "ref DESC, id"
BELOW = (
    "IN (WITH RECURSIVE tree(id) AS (SELECT id FROM organization WHERE {} UNION"
    " SELECT o.id FROM tree JOIN organization o ON o.parent_id = tree.id) SELECT id FROM tree)"
)
ABOVE = (
    "IN (WITH RECURSIVE tree(id) AS (SELECT id FROM organization WHERE {} UNION SELECT o.parent_id"
    " FROM tree JOIN organization o ON o.id = tree.id) SELECT id FROM tree)"
)


@dataclass(frozen=True)
class Query:
    """A query of OQL and its SQL; `want` is "ids", "page" or "count"."""

    name: str
    oql: str
    want: str
    body: str
    order: str
    given: Mapping[str, Any] = field(default_factory=dict)
    bound: Mapping[str, Any] = field(default_factory=dict)
    keys: str = "finalclass, id"
    offset: int = 0

    @property
    def sql(self) -> str:
        """What follows the columns, in full."""
        first, _blank, rest = self.body.partition(" ")
        return f"{BEGINNINGS.get(first, first)} {rest}"


@dataclass(frozen=True)
class Values:
    """What the queries look for, in data of some size: all of it is there."""

    organizations: int
    persons: int
    tickets: int
    me: int = 42

    @property
    def caller(self) -> int:
        return 1 + self.persons // 50

    @property
    def org(self) -> int:
        return organization_of(self.caller, self.organizations)

    @property
    def top(self) -> int:
        """An organization of the third level."""
        return 1 + 5 + 25 // 2

    @property
    def email(self) -> str:
        return address(self.caller).upper()


def about_persons(values: Values) -> list[Query]:
    """Queries of persons, teams and organizations."""
    org, me, email = values.org, values.me, values.email
    organizations, phone = values.organizations, number_of(values.caller)
    at: dict[str, Any] = {"org": org}
    return [
        Query(
            "caller by number",
            "SELECT Person WHERE phone LIKE :phone OR mobile_phone LIKE :phone",
            "ids",
            "PEOPLE AND (phone_e164 = :key OR mobile_phone_e164 = :key)",
            PERSON, {"phone": Number(phone, phone)}, {"key": phone},
        ),
        Query(
            "active caller by mobile number",
            "SELECT Person WHERE mobile_phone LIKE :phone AND status = 'active'",
            "ids",
            "PEOPLE AND mobile_phone_e164 = :key AND status = 'active'",
            PERSON, {"phone": Number("0", f"+336{101:08d}")}, {"key": f"+336{101:08d}"},
        ),
        Query(
            "person by e-mail",
            "SELECT Person WHERE email = :email", "ids",
            "PEOPLE AND F(email) = :email", PERSON, {"email": email}, {"email": fold(email)},
        ),
        Query(
            "e-mail begins with",
            "SELECT Person WHERE email LIKE 'zoe.muller%'", "page",
            "PEOPLE AND F(email) >= :low AND F(email) < :high", PERSON,
            bound={"low": fold("zoe.muller"), "high": fold("zoe.mulles")},
        ),
        Query(
            "name with accents",
            "SELECT Person WHERE name = 'LEFÈVRE'", "page",
            "PEOPLE AND F(name) = :name", PERSON, bound={"name": "lefevre"},
        ),
        Query(
            "name begins with",
            "SELECT Person WHERE name LIKE 'Müll%' AND first_name LIKE 'Z%'", "page",
            "PEOPLE AND F(name) >= :low AND F(name) < :high"
            " AND F(first_name) >= :first AND F(first_name) < :last", PERSON,
            bound={"low": "mull", "high": "mulm", "first": "z", "last": "{"},
        ),
        Query(
            "friendly name begins with",
            "SELECT Person WHERE friendlyname LIKE 'Hélène Lef%'", "page",
            "PEOPLE AND L(first_name || ' ' || name) LIKE :pattern", PERSON,
            bound={"pattern": "helene lef%"},
        ),
        Query(
            "persons of an organization",
            "SELECT Person WHERE org_id = :org AND status = 'active'", "page",
            "PEOPLE AND org_id = :org AND status = 'active'", PERSON, at, at,
        ),
        Query(
            "persons by organization's name",
            f"SELECT Person WHERE org_name = '{company(org)}'", "page",
            "PEOPLE AND org_id IN (SELECT id FROM organization WHERE F(name) = :name)", PERSON,
            bound={"name": fold(company(org))},
        ),
        Query(
            "persons not obsolete",
            "SELECT Person WHERE org_id = :org AND obsolescence_flag = 0", "page",
            "PEOPLE AND org_id = :org AND status <> 'inactive'", PERSON, at, at,
        ),
        Query(
            "persons in a city",
            "SELECT Person AS p JOIN Location AS l ON p.location_id = l.id"
            " WHERE l.city = 'Besancon'",
            "count",
            "PEOPLE AND location_id IN (SELECT id FROM location WHERE F(city) = :city)", "",
            bound={"city": "besancon"},
        ),
        Query(
            "sub-query",
            "SELECT Person AS p WHERE p.location_id IN"
            " (SELECT Location AS l WHERE l.name = 'Nîmes 4')",
            "page",
            "PEOPLE AND location_id IN (SELECT id FROM location WHERE F(name) = :name)",
            PERSON, bound={"name": fold("nimes 4")},
        ),
        Query(
            "NOT IN a sub-query",
            "SELECT Person AS p WHERE p.org_id = :org AND p.id NOT IN (SELECT Person AS q JOIN"
            " UserRequest AS u ON u.caller_id = q.id"
            " WHERE u.org_id = :org AND u.status != 'closed')",
            "page",
            "PEOPLE AND org_id = :org AND id NOT IN (SELECT caller_id FROM ticket WHERE"
            " finalclass = 'UserRequest' AND org_id = :org AND status <> 'closed'"
            " AND caller_id IS NOT NULL)", PERSON, at, at,
        ),
        Query(
            "all persons",
            "SELECT Person", "page", "PEOPLE", PERSON,
        ),
        Query(
            "teams of an agent",
            "SELECT Team AS t JOIN lnkPersonToTeam AS l ON l.team_id = t.id"
            " WHERE l.person_id = :me",
            "ids",
            "FROM contact WHERE finalclass = 'Team' AND id IN"
            " (SELECT team_id FROM lnk_person_to_team WHERE person_id = :me)",
            "F(name), id", {"me": me}, {"me": me},
        ),
        Query(
            "members of a team",
            "SELECT Person AS p JOIN lnkPersonToTeam AS l ON l.person_id = p.id"
            " JOIN Team AS t ON l.team_id = t.id WHERE t.name = 'equipe 7'",
            "page",
            "PEOPLE AND id IN (SELECT l.person_id FROM lnk_person_to_team l JOIN contact t"
            " ON t.id = l.team_id AND t.finalclass = 'Team' WHERE F(t.name) = :name)",
            PERSON, bound={"name": fold("équipe 7")},
        ),
        Query(
            "organizations below",
            f"SELECT Organization AS o JOIN Organization AS top ON o.parent_id BELOW top.id"
            f" WHERE top.name = '{company(3)}'",
            "page",
            "FROM organization WHERE id " + BELOW.format("F(name) = :name"), "F(name), id",
            bound={"name": fold(company(3))}, keys="'Organization', id",
        ),
        Query(
            "organizations above",
            "SELECT Organization AS top JOIN Organization AS o ON o.parent_id BELOW top.id"
            " WHERE o.id = :org",
            "ids",
            "FROM organization WHERE id " + ABOVE.format("id = :org"), "F(name), id",
            {"org": organizations}, {"org": organizations}, "'Organization', id",
        ),
        Query(
            "organizations with a word",
            "SELECT Organization WHERE name LIKE '%énergie%' AND status = 'active'", "page",
            "FROM organization WHERE L(name) LIKE :pattern AND status = 'active'", "F(name), id",
            bound={"pattern": "%energie%"}, keys="'Organization', id",
        ),
    ]  # fmt: skip
