"""A service desk of some size, the same each time: organizations in a tree, persons, tickets.

Written straight into the tables of a fresh database, SQLite or PostgreSQL.
"""

from __future__ import annotations

import random
import unicodedata
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from typing import Any

import peewee

from cti_host import is_postgresql

AGENTS = 500
TEAMS = 200
SERVICES = 100
LOCATIONS = 30_000
YEARS = 5
FAMILIES = (
    "Lefèvre", "Müller", "Martin", "García", "Dupré", "Noël", "Brontë", "Šimek", "Žáková",
    "Gąska", "Øster", "Ångström", "Œlert", "Strauß", "Petit", "Durand", "Moreau", "Leroy",
    "Rousseau", "Fournier", "Girard", "Bonnet", "Lambert", "Fontaine", "Chevalier",
    "Perrin", "Morin", "Mathieu", "Clément", "Gauthier", "Dumas", "Lopez", "Fernández",
    "Núñez", "Peña", "Castro", "Rossi", "Bianchi", "Colombo", "Ricci", "Conti", "Schäfer",
    "Köhler", "Weiß", "Jäger", "Schröder", "Smith", "Jones", "Taylor", "Brown", "Evans",
    "Walker", "O'Neil",
)  # fmt: skip
ENDINGS = (
    "son", "in", "et", "ot", "ard", "eau", "ier", "el", "on", "ini", "ello", "etti", "ez",
    "ovic", "sky", "mann", "er", "stein", "berg", "bach", "feld", "ley", "ton",
)  # fmt: skip
FIRST_NAMES = (
    "Hélène", "Zoé", "Chloé", "Léa", "René", "André", "Noémie", "Jérôme", "François",
    "Agnès", "Éric", "Élodie", "Maëlle", "Gaël", "Loïc", "Inès", "Björn", "Søren", "Jürgen",
    "Jörg", "Käthe", "José", "María", "Ana", "Luis", "Carlos", "Sofía", "Marie", "Jean",
    "Paul", "Anne", "Claire", "Julie", "Pierre", "Marc", "Luc", "Alice", "Emma", "Louis",
    "Hugo", "Jules", "Adam", "Lucas", "Tom", "Sam", "Max", "Jane", "John", "Mary", "Peter",
)  # fmt: skip
COMPANIES = ("Société", "Énergie", "Crédit", "Général", "Atlas", "Nordwind", "Straße", "Pharma")
CITIES = (
    "Lyon", "Nice", "Besançon", "Orléans", "Nîmes", "Genève", "Zürich", "München", "Köln",
    "Liège", "Málaga", "Paris", "Lille", "Nantes", "Rennes", "Brest", "Dijon", "Metz",
    "Nancy", "Tours", "Caen", "Pau", "Basel", "Bern", "Wien", "Graz", "Gent", "Porto",
    "Madrid", "Torino",
)  # fmt: skip
TITLES = (
    "Imprimante en panne au bureau", "Mot de passe oublié, poste", "Réseau lent à l'étage",
    "Printer does not print, room", "VPN drops after minutes:", "Cannot open the shared folder",
    "Écran noir sur le poste", "New laptop for employee", "Access to the accounting, folder",
    "Téléphone sans tonalité, poste", "E-mail is not delivered, case", "Update fails with error",
)  # fmt: skip
SUBJECTS = (
    "Messagerie", "Réseau", "Poste de travail", "Téléphonie", "Impression", "Accès distant",
    "Sauvegarde", "Comptabilité", "Paie", "Stocks", "Intranet", "Sécurité",
)  # fmt: skip
# Class, reference, share of all tickets.
KINDS = (
    ("UserRequest", "R", 0.60), ("Incident", "I", 0.30), ("Problem", "P", 0.03),
    ("RoutineChange", "C", 0.03), ("NormalChange", "C", 0.03), ("EmergencyChange", "C", 0.01),
)  # fmt: skip
OPEN = {
    "UserRequest": ("new", "assigned", "pending", "approved", "waiting_for_approval"),
    "Incident": ("new", "assigned", "pending", "escalated_ttr"),
    "Problem": ("new", "assigned"),
}
OPEN_CHANGE = ("new", "assigned", "plannedscheduled")
PRIORITIES = "1223334444"
_BATCH = 20_000


def number_of(person: int) -> str:
    """The phone number of a person, in E.164."""
    return f"+331{person:08d}"


def parent_of(organization: int) -> int | None:
    """The organization above another: five of them are below each, and five have none above."""
    return (organization - 6) // 5 + 1 if organization > 5 else None


def company(organization: int) -> str:
    """The name of an organization."""
    kind = COMPANIES[organization % len(COMPANIES)]
    return f"{kind} {FAMILIES[organization % len(FAMILIES)]} {organization}"


def fill(
    database: peewee.Database,
    organizations: int,
    persons: int,
    tickets: int,
    *,
    statistics: bool = True,
) -> None:
    """Write so many objects; indexes are made afterwards.

    :param statistics: whether the database looks at its tables then
    """
    indexes = _drop_indexes(database)
    places = max(1, min(LOCATIONS, persons))
    insert(
        database,
        "organization",
        "id name code status parent_id",
        (
            (i, company(i), f"C{i}", "inactive" if i % 25 == 0 else "active", parent_of(i))
            for i in range(1, organizations + 1)
        ),
    )
    insert(
        database,
        "location",
        "id name status org_id city country",
        (
            (i, f"{CITIES[i % len(CITIES)]} {i}", "active", 1 + i % organizations,
             CITIES[i % len(CITIES)], "France" if i % 3 else "Suisse")
            for i in range(1, places + 1)
        ),
    )  # fmt: skip
    insert(
        database,
        "service",
        "id name org_id description status",
        ((i, f"{SUBJECTS[i % len(SUBJECTS)]} {i}", 1, "", "production")
         for i in range(1, SERVICES + 1)),
    )  # fmt: skip
    insert(
        database,
        "contact",
        "id finalclass name first_name status org_id email phone phone_e164 mobile_phone"
        " mobile_phone_e164 location_id manager_id",
        _contacts(persons, organizations, places),
    )
    insert(database, "lnk_person_to_team", "id team_id person_id", _members(persons))
    insert(
        database,
        "ticket",
        "id finalclass ref org_id caller_id team_id agent_id service_id title description status"
        " operational_status origin impact urgency priority start_date last_update"
        " resolution_date close_date ttr_100_deadline time_spent",
        _tickets(database, persons, organizations, tickets),
    )
    insert(
        database,
        "lnk_contact_to_ticket",
        "id ticket_id contact_id role_code",
        ((i, i * 10, 1 + i % persons, "manual") for i in range(1, tickets // 10)),
    )
    insert(
        database,
        "log_entry",
        "id ticket_id attribute created author text",
        ((i, i * 30, "public_log", _moment(database, datetime(2026, 1, 1)), "Sam", "Appelé.")
         for i in range(1, tickets // 30)),
    )  # fmt: skip
    for index in indexes:
        _execute(database, index)
    if statistics:
        _execute(database, "ANALYZE")


def organization_of(person: int, organizations: int) -> int:
    """Where a person works: agents at the first one; some organizations are large."""
    if person <= AGENTS:
        return 1
    return 1 + int(organizations * ((person * 7919 % 100_003) / 100_003) ** 1.5)


def names_of(person: int) -> tuple[str, str]:
    """The first name and the name of a person."""
    family = FAMILIES[person * 17 % len(FAMILIES)]
    ending = ENDINGS[person // 7 % len(ENDINGS)] if person % 3 else ""
    return FIRST_NAMES[person * 31 % len(FIRST_NAMES)], family + ending


def address(person: int) -> str:
    """The e-mail address of a person."""
    first, family = names_of(person)
    plain = unicodedata.normalize("NFKD", f"{first}.{family}").encode("ascii", "ignore").decode()
    return f"{plain}.{person}@example.org"


def _contacts(persons: int, organizations: int, places: int) -> Iterator[tuple[Any, ...]]:
    for i in range(1, persons + 1):
        org = organization_of(i, organizations)
        first, family = names_of(i)
        number = number_of(i) if i % 5 else None
        mobile = f"+336{i:08d}" if i % 2 else None
        yield (
            i, "Person", family, first, "inactive" if i % 20 == 0 else "active", org,
            address(i), "0" + number[3:] if number else "", number,
            "0" + mobile[3:] if mobile else "", mobile,
            1 + i % places if i % 4 else None, i - i % 50 if i % 50 and i > 50 else None,
        )  # fmt: skip
    for i in range(1, TEAMS + 1):
        yield (
            persons + i, "Team", f"Équipe {i}", "", "active", 1, f"team{i}@example.org", "", None,
            "", None, None, None,
        )  # fmt: skip


def _members(persons: int) -> Iterator[tuple[int, int, int]]:
    agents = min(AGENTS, persons)
    for i in range(agents * 3):
        yield i + 1, persons + 1 + (i * 7 + i // agents) % TEAMS, 1 + i % agents


def _tickets(
    database: peewee.Database, persons: int, organizations: int, count: int
) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(1)  # noqa: S311 -- the same data each time
    shares = list(accumulate(share for _class, _letter, share in KINDS))
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    step = timedelta(days=365 * YEARS) / count
    for i in range(1, count + 1):
        class_name, letter, _share = KINDS[min(bisect(shares, chance.random()), len(KINDS) - 1)]
        started = now - step * (count - i)
        age = (now - started).days
        is_open = chance.random() < (0.6 if age < 30 else 0.15 if age < 180 else 0.01)
        # Some persons call often.
        caller = 1 + int(persons * chance.random() ** 2) if chance.random() < 0.95 else None
        org = organization_of(caller, organizations) if caller else 1 + i % organizations
        status = chance.choice(OPEN.get(class_name, OPEN_CHANGE)) if is_open else "closed"
        if not is_open and age < 15 and class_name in OPEN:
            status = "resolved"
        operational = "ongoing" if is_open else status
        assigned = status not in ("new", "waiting_for_approval")
        resolved = None if is_open else started + timedelta(minutes=chance.randrange(10, 9000))
        priority = chance.choice(PRIORITIES)
        seconds = None if resolved is None else int((resolved - started).total_seconds())
        closed = resolved if status == "closed" else None
        yield (
            i, class_name, f"{letter}-{i:06d}", org, caller, persons + 1 + i % TEAMS,
            chance.randrange(1, min(AGENTS, persons) + 1) if assigned else None,
            chance.randrange(1, SERVICES + 1) if i % 3 else None,
            f"{TITLES[i % len(TITLES)]} {chance.randrange(1000)}",
            f"<p>Bonjour, voici la demande {i}. Merci de rappeler dans la journée.</p>",
            status, operational, "phone", priority, "2", priority,
            *(_moment(database, moment) for moment in (
                started, resolved or started, resolved, closed, started + timedelta(days=2))),
            seconds,
        )  # fmt: skip


def _moment(database: peewee.Database, moment: datetime | None) -> object:
    return (
        moment if moment is None or is_postgresql(database) else str(moment.replace(microsecond=0))
    )


def _drop_indexes(database: peewee.Database) -> list[str]:
    """Drop the indexes of all tables to fill; answers the statements that make them again."""
    tables = ("organization", "location", "contact", "ticket", "lnk_person_to_team", "log_entry")
    if is_postgresql(database):
        sql = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    else:
        sql = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index'"
    statements = []
    for table, name, statement in _execute(database, sql).fetchall():
        if table in tables and statement and not name.endswith("_pkey"):
            # psycopg takes a percent sign for the place of a value.
            doubled = statement.replace("%", "%%") if is_postgresql(database) else statement
            statements.append(doubled)
            _execute(database, f"DROP INDEX {name}")
    return statements


def insert(
    database: peewee.Database, table: str, columns: str, rows: Iterable[Sequence[object]]
) -> None:
    """Write rows into a table; `columns` are its names, with blanks between."""
    names = columns.split()
    listed = ", ".join(names)
    connect: Any = database.connection
    connection = connect()
    if is_postgresql(database):
        cursor = connection.cursor()
        with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        connection.commit()
        return
    marks = ", ".join("?" * len(names))
    remaining = iter(rows)
    with database.atomic():
        while batch := list(islice(remaining, _BATCH)):
            connection.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", batch)  # noqa: S608 -- names of this file


def _execute(database: peewee.Database, sql: str) -> Any:
    execute: Any = database.execute_sql  # peewee's types leave it out
    return execute(sql)
