"""Demonstration data: small, believable, and the same every time, with dates before today."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from cti_oql.functions.fold import fold
from flask import url_for

from cti_host import Host, database, writing
from cti_tickets.demo.people import (
    LOCATIONS,
    MEMBERS,
    NOTES,
    ORGANIZATIONS,
    PEOPLE,
    TEAM_ID,
    TEAMS,
    VIPS,
)
from cti_tickets.demo.services import FAMILIES, PROVIDER, SERVICES, SUBCATEGORIES, subcategory
from cti_tickets.demo.stories import STORIES
from cti_tickets.model.classes.registry import Organization
from cti_tickets.store.computed import day_of, utc_now
from cti_tickets.transfer.importing import import_records
from cti_tickets.transfer.reading.records import Record

# A number that one person has, one that several share, and one that nobody has.
DEMO_KNOWN = "0987654321"
DEMO_SHARED = "0199001200"
DEMO_UNKNOWN = "0536490042"
# The person in the data who is the demonstration's agent: Camille Moreau.
DEMO_AGENT_CONTACT_ID = 10

_TEAM_OF_AGENT = {10: 1, 11: 1, 12: 2, 13: 3}
_RESOLVED = ("resolved", "closed", "implemented", "monitored")


def load_demo(now: datetime | None = None) -> bool:
    """Fill empty tables, in one transaction.

    :param now: the moment to count dates back from, in UTC; by default this one
    :return: whether it did; `False`: there were organizations already, nothing was changed
    """
    if Organization.select().exists():
        return False
    with writing():
        import_records([*_people(), *_services(), *_tickets(now or utc_now())])
        _date_back()
    return True


def _date_back() -> None:
    """Let the history say of tickets and phone calls that they came when they did."""
    for root, table, moments in (
        ("Ticket", "ticket", "COALESCE(creation_date, start_date)"),
        ("PhoneCall", "phone_call", "created"),
    ):
        # Names and texts of this function.
        own = f"(SELECT {moments} FROM {table} WHERE {table}.id = object_change.object_id)"  # noqa: S608
        database.execute_sql(
            f"UPDATE object_change SET moment = {own}"  # noqa: S608
            f" WHERE root = '{root}' AND operation = 'create'"
        )


def demo_calls(host: Host) -> list[str]:
    """Three calls to try, as a phone system would open them; inside a request context."""
    name = next(iter(host.settings.url_parameters))
    calls = {
        DEMO_KNOWN: "a caller known once",
        DEMO_SHARED: "a number that several people share",
        DEMO_UNKNOWN: "an unknown number",
    }
    base = url_for("cti_host.pop", _external=True)
    return [f"{base}?{name}={number}   {what}" for number, what in calls.items()]


def _record(class_name: str, object_id: int, **fields: Any) -> Record:
    return Record("demo", object_id, class_name, object_id, fields)


def _people() -> Iterator[Record]:
    for i, (name, code, parent) in ORGANIZATIONS.items():
        yield _record("Organization", i, name=name, code=code, parent_id=parent)
    for i, (name, org, address, postal_code, city, country) in LOCATIONS.items():
        yield _record(
            "Location",
            i,
            name=name,
            org_id=org,
            address=address,
            postal_code=postal_code,
            city=city,
            country=country,
        )
    for i, (first, name, org, location, function, phone, mobile, manager) in PEOPLE.items():
        yield _record(
            "Person",
            i,
            first_name=first,
            name=name,
            org_id=org,
            location_id=location,
            function=function,
            phone=phone,
            mobile_phone=mobile,
            manager_id=manager,
            email=_address(first, name, ORGANIZATIONS[org][1]),
            vip=i in VIPS,
            notes=NOTES.get(i, ""),
        )
    for i, (name, email, phone) in TEAMS.items():
        yield _record("Team", TEAM_ID + i, name=name, org_id=6, email=email, phone=phone)
    links = ((team, person) for team, people in MEMBERS.items() for person in people)
    for i, (team, person) in enumerate(links, 1):
        yield _record("lnkPersonToTeam", i, team_id=TEAM_ID + team, person_id=person)


def _services() -> Iterator[Record]:
    for i, name in FAMILIES.items():
        yield _record("ServiceFamily", i, name=name)
    for i, (name, family, text) in SERVICES.items():
        yield _record(
            "Service",
            i,
            name=name,
            org_id=PROVIDER,
            servicefamily_id=family,
            description=text,
            status="production",
        )
    for i, (name, service, kind) in SUBCATEGORIES.items():
        yield _record(
            "ServiceSubcategory",
            i,
            name=name,
            service_id=service,
            request_type=kind,
            status="production",
        )


def _address(first: str, name: str, code: str) -> str:
    """An e-mail address: "zoe.o.brien@acme.example"."""
    words = re.findall(r"[a-z0-9]+", fold(f"{first} {name}") or "")
    return f"{'.'.join(words)}@{code.lower()}.example"


def _tickets(now: datetime) -> Iterator[Record]:
    chance = random.Random(20)  # noqa: S311 -- the same demonstration every time
    calls = 0
    for i, (class_name, caller, agent, status, title, description) in enumerate(STORIES, 1):
        started = now - timedelta(days=len(STORIES) - i, minutes=chance.randrange(20, 600))
        updated = min(started + timedelta(minutes=chance.randrange(5, 3000)), now)
        fields: dict[str, Any] = {
            "ref": f"{'C' if class_name.endswith('Change') else _letter(class_name)}-{i:06d}",
            "org_id": PEOPLE[caller][2],
            "caller_id": caller,
            "title": title,
            "description": description,
            "status": status,
            "last_update": str(updated),
        }
        if agent:
            fields |= {"agent_id": agent, "team_id": TEAM_ID + _TEAM_OF_AGENT[agent]}
        if class_name.endswith("Change"):
            fields["creation_date"] = str(started)
        else:
            fields |= {
                "start_date": str(started),
                "impact": chance.choice("123"),
                "urgency": chance.choice("1234"),
            }
        if status in _RESOLVED and not class_name.endswith("Change"):
            fields["resolution_date"] = str(updated)
        if status == "closed":
            fields["close_date"] = str(updated)
        if status != "new" and not class_name.endswith("Change"):
            service, part = subcategory(class_name, i)
            fields |= {"service_id": service, "servicesubcategory_id": part}
        if class_name in ("UserRequest", "Incident"):
            if status in _RESOLVED:
                fields["solution"] = _note(status)
                fields["time_spent"] = int((updated - started).total_seconds())
            if status == "pending":
                fields["pending_reason"] = _note(status)
        by_phone = class_name in ("UserRequest", "Incident") and chance.random() < 0.6
        if class_name in ("UserRequest", "Incident"):
            fields["origin"] = "phone" if by_phone else chance.choice(("mail", "portal", "chat"))
            opening = "Call from customer." if by_phone else "Received in writing."
            fields["public_log"] = _log((started, agent, opening), (updated, agent, _note(status)))
        if agent:
            fields["private_log"] = _log((updated, agent, f"Looked into it: {title.lower()}."))
        yield _record(class_name, i, **fields)
        if by_phone:
            calls += 1
            yield _record(
                "PhoneCall",
                calls,
                contact_id=caller,
                agent_id=agent or DEMO_AGENT_CONTACT_ID,
                ticket_id=i,
                date=str(day_of(started)),
                flow="inbound" if calls % 4 else "outbound",
                note=f"About: {title}",
                created=str(started),
            )


def _letter(class_name: str) -> str:
    return {"UserRequest": "R", "Incident": "I", "Problem": "P"}[class_name]


def _log(*entries: tuple[datetime, int, str]) -> dict[str, Any]:
    return {
        "entries": [
            {
                "date": str(moment),
                "user_login": " ".join(PEOPLE[agent or DEMO_AGENT_CONTACT_ID][:2]),
                "message": text,
            }
            for moment, agent, text in entries
        ]
    }


def _note(status: str) -> str:
    return {
        "new": "We have noted it and will be in touch.",
        "assigned": "An engineer is looking at it.",
        "pending": "Waiting for a spare part.",
        "resolved": "Done. Please tell us if it comes back.",
        "closed": "Confirmed by the caller.",
    }.get(status, "Noted.")
