"""The forty queries: those of `oql_queries`, and those of tickets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cti_oql.functions.fold import fold

from tests.bench.oql_queries import BELOW, NEWEST, PAGE, Query, Values, about_persons


def queries(organizations: int, persons: int, tickets: int) -> list[Query]:
    """The forty, with values that exist in data of this size."""
    values = Values(organizations, persons, tickets)
    return [*about_persons(values), *_of_callers(values), *_of_desks(values)]


def _of_callers(values: Values) -> list[Query]:
    """Queries of the tickets of a caller or an organization."""
    caller, org, top, email = values.caller, values.org, values.top, values.email
    at: dict[str, Any] = {"org": org}
    return [
        Query(
            "open requests of the caller",
            "SELECT UserRequest AS u WHERE u.caller_id IN (:callers_list) AND u.status != 'closed'",
            "page",
            "REQUESTS AND caller_id = :caller AND status <> 'closed'",
            NEWEST, {"callers_list": [caller]}, {"caller": caller},
        ),
        Query(
            "open requests of the caller's organization",
            "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id JOIN Person AS p"
            " ON p.org_id = o.id WHERE p.id IN (:callers_list) AND u.status != 'closed'",
            "page",
            "REQUESTS AND org_id = (SELECT org_id FROM contact WHERE id = :caller)"
            " AND status <> 'closed'",
            NEWEST, {"callers_list": [caller]}, {"caller": caller},
        ),
        Query(
            "open requests of an organization and below",
            "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id JOIN Organization AS"
            " top ON o.parent_id BELOW top.id WHERE top.id = :org AND u.status != 'closed'",
            "page",
            "REQUESTS AND status <> 'closed' AND org_id " + BELOW.format("id = :org"),
            NEWEST, {"org": top}, {"org": top},
        ),
        Query(
            "title begins with, in an organization",
            "SELECT UserRequest WHERE org_id = :org AND title LIKE 'réseau%'", "page",
            "REQUESTS AND org_id = :org AND L(title) LIKE :pattern", NEWEST,
            at, {**at, "pattern": "reseau%"},
        ),
        Query(
            "incidents and requests of the caller",
            "SELECT Incident WHERE caller_id = :caller AND status != 'closed' UNION SELECT"
            " UserRequest WHERE caller_id = :caller AND status NOT IN ('closed', 'resolved')",
            "page",
            "FROM ticket WHERE caller_id = :caller AND ((finalclass = 'Incident' AND status <>"
            " 'closed') OR (finalclass = 'UserRequest' AND status NOT IN ('closed', 'resolved')))",
            "F(ref), id", {"caller": caller}, {"caller": caller},
        ),
        Query(
            "by the caller's friendly name",
            "SELECT UserRequest WHERE org_id = :org AND caller_id_friendlyname LIKE 'Hél%'",
            "page",
            "FROM ticket t JOIN contact c ON c.id = t.caller_id WHERE t.finalclass = 'UserRequest'"
            " AND t.org_id = :org AND L(c.first_name || ' ' || c.name) LIKE :pattern",
            "t.ref DESC, t.id", at, {**at, "pattern": "hel%"}, "t.finalclass, t.id",
        ),
        Query(
            "by the caller's name",
            "SELECT UserRequest WHERE caller_name = 'lefevre' AND status != 'closed'", "page",
            "REQUESTS AND status <> 'closed' AND caller_id IN (SELECT id FROM contact WHERE"
            " F(name) = :name)", NEWEST, bound={"name": "lefevre"},
        ),
        Query(
            "by the caller's e-mail",
            "SELECT UserRequest AS u JOIN Person AS p ON u.caller_id = p.id WHERE p.email = :email",
            "page",
            "REQUESTS AND caller_id IN (SELECT id FROM contact WHERE F(email) = :email"
            " AND finalclass = 'Person')", NEWEST, {"email": email}, {"email": fold(email)},
        ),
        Query(
            "by the service's name",
            "SELECT UserRequest WHERE org_id = :org AND service_name LIKE 'Rés%'"
            " AND status != 'closed'",
            "page",
            "REQUESTS AND org_id = :org AND status <> 'closed' AND service_id IN (SELECT id FROM"
            " service WHERE F(name) >= :low AND F(name) < :high)", NEWEST,
            at, {**at, "low": "res", "high": "ret"},
        ),
    ]  # fmt: skip


def _of_desks(values: Values) -> list[Query]:
    """Queries of the tickets that somebody has to work on, or looks up."""
    me, persons, top = values.me, values.persons, values.top
    ref = f"-{values.tickets // 3:06d}"
    now = datetime.now(UTC).replace(tzinfo=None)
    month = (now - timedelta(days=400)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    month_end = month + timedelta(days=30)
    mine: dict[str, Any] = {"current_contact_id": me}
    return [
        Query(
            "ticket by ref",
            f"SELECT Ticket WHERE ref IN ('R{ref}', 'I{ref}', 'P{ref}', 'C{ref}')", "ids",
            "FROM ticket WHERE F(ref) IN (:r, :i, :p, :c)", "F(ref), id",
            bound={k: fold(f"{k}{ref}") for k in "ripc"},
        ),
        Query(
            "refs that begin with",
            f"SELECT UserRequest WHERE ref LIKE 'R{ref[:-3]}%'", "page",
            "REQUESTS AND F(ref) >= :low AND F(ref) < :high", NEWEST,
            bound={"low": fold(f"R{ref[:-3]}"),
                   "high": (fold(f"R{ref[:-3]}") or "")[:-1] + chr(ord(ref[-4]) + 1)},
        ),
        Query(
            "word in a title, of open incidents",
            "SELECT Incident WHERE operational_status = 'ongoing' AND title LIKE '%écran%'", "page",
            "INCIDENTS AND operational_status = 'ongoing' AND L(title) LIKE :pattern", NEWEST,
            bound={"pattern": "%ecran%"},
        ),
        Query(
            "unassigned",
            "SELECT UserRequest WHERE status = 'new' AND agent_id = 0", "page",
            "REQUESTS AND status = 'new' AND agent_id IS NULL", NEWEST,
        ),
        Query(
            "mine, open",
            "SELECT Ticket WHERE agent_id = :current_contact_id AND operational_status = 'ongoing'",
            "page",
            "FROM ticket WHERE agent_id = :me AND operational_status = 'ongoing'", "F(ref), id",
            mine, {"me": me},
        ),
        Query(
            "of my teams",
            "SELECT Incident AS i WHERE i.team_id IN (SELECT Team AS t JOIN lnkPersonToTeam AS l"
            " ON l.team_id = t.id WHERE l.person_id = :current_contact_id)"
            " AND i.status IN ('new', 'assigned')",
            "page",
            "INCIDENTS AND team_id IN (SELECT team_id FROM lnk_person_to_team WHERE"
            " person_id = :me) AND status IN ('new', 'assigned')",
            NEWEST, mine, {"me": me},
        ),
        Query(
            "incidents of the last week",
            "SELECT Incident WHERE start_date > DATE_SUB(NOW(), INTERVAL 7 DAY)", "count",
            "INCIDENTS AND start_date > :since", "", bound={"since": timedelta(days=7)},
        ),
        Query(
            "requests of a month, of an organization and below",
            "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id JOIN Organization"
            f" AS top ON o.parent_id BELOW top.id WHERE top.id = :org AND u.start_date >= '{month}'"
            f" AND u.start_date < '{month_end}'",
            "count",
            "REQUESTS AND start_date >= :low AND start_date < :high AND org_id "
            + BELOW.format("id = :org"), "",
            {"org": top}, {"org": top, "low": _utc(month), "high": _utc(month_end)},
        ),
        Query(
            "resolved by me today",
            "SELECT UserRequest WHERE agent_id = :current_contact_id"
            " AND resolution_date > DATE_SUB(NOW(), INTERVAL 24 HOUR)",
            "page",
            "REQUESTS AND agent_id = :me AND resolution_date > :since", NEWEST,
            mine, {"me": me, "since": timedelta(hours=24)},
        ),
        Query(
            "overdue, critical, of a team",
            "SELECT Incident WHERE team_id = :team AND priority IN ('1', '2') AND"
            " ttr_escalation_deadline < NOW() AND status NOT IN ('resolved', 'closed')",
            "page",
            "INCIDENTS AND team_id = :team AND priority IN ('1', '2')"
            " AND ttr_100_deadline < :now AND status NOT IN ('resolved', 'closed')",
            NEWEST, {"team": persons + 5}, {"team": persons + 5, "now": timedelta()},
        ),
        Query(
            "all open requests, the fourth page",
            "SELECT UserRequest WHERE status != 'closed'", "page",
            "REQUESTS AND status <> 'closed'", NEWEST, offset=3 * PAGE,
        ),
        Query("all incidents", "SELECT Incident", "page", "INCIDENTS", NEWEST),
    ]  # fmt: skip


def _utc(paris: datetime) -> datetime:
    """A moment in Paris, as it is stored."""
    return paris.replace(tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC).replace(tzinfo=None)
