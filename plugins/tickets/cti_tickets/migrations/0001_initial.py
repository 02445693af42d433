"""People, tickets, logs and phone calls.

Frozen: later changes of the models come as further migrations.
"""

import sys
import unicodedata

import peewee

STRING = "VARCHAR(255) DEFAULT '' NOT NULL"
TEXT = "TEXT DEFAULT '' NOT NULL"

TABLES = {
    "organization": {
        "id": "ID",
        "name": STRING,
        "code": STRING,
        "status": STRING,
        "parent_id": "organization SET NULL",
    },
    "location": {
        "id": "ID",
        "name": STRING,
        "status": STRING,
        "org_id": "organization RESTRICT",
        "address": TEXT,
        "postal_code": STRING,
        "city": STRING,
        "country": STRING,
    },
    "contact": {
        "id": "ID",
        "finalclass": "VARCHAR(255) NOT NULL",
        "name": STRING,
        "status": STRING,
        "org_id": "organization RESTRICT",
        "email": STRING,
        "phone": STRING,
        "phone_e164": "VARCHAR(255)",
        "notify": STRING,
        "function": STRING,
        "first_name": STRING,
        "employee_number": STRING,
        "mobile_phone": STRING,
        "mobile_phone_e164": "VARCHAR(255)",
        "location_id": "location SET NULL",
        "manager_id": "contact SET NULL",
    },
    "lnk_person_to_team": {
        "id": "ID",
        "team_id": "contact CASCADE",
        "person_id": "contact CASCADE",
    },
    "ticket": {
        "id": "ID",
        "finalclass": "VARCHAR(255) NOT NULL",
        "operational_status": STRING,
        "ref": STRING,
        "org_id": "organization CASCADE",
        "caller_id": "contact SET NULL",
        "team_id": "contact SET NULL",
        "agent_id": "contact SET NULL",
        "title": STRING,
        "description": TEXT,
        "start_date": "DATETIME",
        "end_date": "DATETIME",
        "last_update": "DATETIME",
        "close_date": "DATETIME",
        # UserRequest, Incident, Problem, Change
        "status": STRING,
        "impact": STRING,
        "urgency": STRING,
        "priority": STRING,
        "origin": STRING,
        "request_type": STRING,
        "approver_id": "contact SET NULL",
        "escalation_flag": STRING,
        "escalation_reason": STRING,
        "assignment_date": "DATETIME",
        "resolution_date": "DATETIME",
        "last_pending_date": "DATETIME",
        "resolution_code": STRING,
        "solution": TEXT,
        "pending_reason": TEXT,
        "parent_request_id": "ticket SET NULL",
        "parent_incident_id": "ticket SET NULL",
        "parent_problem_id": "ticket SET NULL",
        "parent_change_id": "ticket SET NULL",
        "user_satisfaction": STRING,
        "user_comment": TEXT,
        "product": STRING,
        "related_change_id": "ticket SET NULL",
        "reason": STRING,
        "requestor_id": "contact SET NULL",
        "creation_date": "DATETIME",
        "supervisor_group_id": "contact SET NULL",
        "supervisor_id": "contact SET NULL",
        "manager_group_id": "contact SET NULL",
        "manager_id": "contact SET NULL",
        "outage": STRING,
        "fallback": TEXT,
        "parent_id": "ticket SET NULL",
        "approval_date": "DATETIME",
        "approval_comment": STRING,
        "acceptance_date": "DATETIME",
        "acceptance_comment": STRING,
    },
    "phone_call": {
        "id": "ID",
        "contact_id": "contact SET NULL",
        "agent_id": "contact SET NULL",
        "ticket_id": "ticket CASCADE",
        "date": "DATE",
        "flow": STRING,
        "note": TEXT,
        "created": "DATETIME",
    },
    "log_entry": {
        "id": "ID",
        "ticket_id": "ticket CASCADE",
        "attribute": "VARCHAR(255) NOT NULL",
        "created": "DATETIME NOT NULL",
        "author": STRING,
        "author_contact_id": "contact SET NULL",
        "text": "TEXT NOT NULL",
    },
    "ticket_counter": {
        "id": "INTEGER NOT NULL PRIMARY KEY",
        "value": "INTEGER NOT NULL",
    },
}

INDEXES = [
    "INDEX organization_parent_id ON organization (parent_id)",
    "INDEX location_org_id ON location (org_id)",
    "INDEX contact_org_id ON contact (org_id)",
    "INDEX contact_phone ON contact (phone)",
    "INDEX contact_phone_e164 ON contact (phone_e164) WHERE phone_e164 IS NOT NULL",
    "INDEX contact_mobile_phone ON contact (mobile_phone)",
    "INDEX contact_mobile_phone_e164 ON contact (mobile_phone_e164)"
    " WHERE mobile_phone_e164 IS NOT NULL",
    "INDEX contact_email ON contact (lower(email))",
    "UNIQUE INDEX contact_employee_number ON contact (org_id, employee_number)"
    " WHERE employee_number <> ''",
    "UNIQUE INDEX lnk_person_to_team_pair ON lnk_person_to_team (team_id, person_id)",
    "INDEX lnk_person_to_team_person_id ON lnk_person_to_team (person_id)",
    "UNIQUE INDEX ticket_ref ON ticket (ref)",
    "INDEX ticket_org_id_status ON ticket (org_id, status)",
    "INDEX ticket_caller_id ON ticket (caller_id)",
    "INDEX ticket_agent_id ON ticket (agent_id)",
    "INDEX ticket_team_id ON ticket (team_id)",
    "INDEX phone_call_ticket_id ON phone_call (ticket_id)",
    "INDEX phone_call_contact_id ON phone_call (contact_id)",
    "INDEX log_entry_ticket_id ON log_entry (ticket_id)",
]

# Keys that few objects fill or that nobody searches: these indexes are for deleting what they
# point to. The columns of the indexes above are not among them.
SPARSE_KEYS = {
    "contact": ["location_id", "manager_id"],
    "ticket": [
        "approver_id",
        "parent_request_id",
        "parent_incident_id",
        "parent_problem_id",
        "parent_change_id",
        "related_change_id",
        "requestor_id",
        "supervisor_group_id",
        "supervisor_id",
        "manager_group_id",
        "manager_id",
        "parent_id",
    ],
    "phone_call": ["agent_id"],
    "log_entry": ["author_contact_id"],
}

# Without these columns filled the object makes no sense; other keys may point to nothing.
MANDATORY_KEYS = {
    ("location", "org_id"),
    ("contact", "org_id"),
    ("lnk_person_to_team", "team_id"),
    ("lnk_person_to_team", "person_id"),
    ("ticket", "org_id"),
    ("phone_call", "ticket_id"),
    ("log_entry", "ticket_id"),
}


def up(migrator, db):
    postgresql = isinstance(db, peewee.PostgresqlDatabase)
    for table, columns in TABLES.items():
        parts = [f'"{name}" {_type(table, name, columns[name], postgresql)}' for name in columns]
        db.execute_sql(f'CREATE TABLE "{table}" ({", ".join(parts)})')
    for index in INDEXES:
        db.execute_sql(f"CREATE {index}")
    for table, keys in SPARSE_KEYS.items():
        for key in keys:
            db.execute_sql(
                f'CREATE INDEX {table}_{key} ON "{table}" ({key}) WHERE {key} IS NOT NULL'
            )
    db.execute_sql("INSERT INTO ticket_counter (id, value) VALUES (1, 0)")
    if postgresql:
        db.execute_sql(_fold_function(db))


def _type(table, name, spelling, postgresql):
    if spelling == "ID":
        # SQLite would give the id of a deleted newest row to the next one.
        generated = "INTEGER GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"
        return generated if postgresql else "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT"
    target, _, on_delete = spelling.partition(" ")
    if target in TABLES:
        null = " NOT NULL" if (table, name) in MANDATORY_KEYS else ""
        return (
            f'INTEGER{null} REFERENCES "{target}" (id) ON DELETE {on_delete}'
            " DEFERRABLE INITIALLY IMMEDIATE"
        )
    return spelling.replace("DATETIME", "TIMESTAMP") if postgresql else spelling


def _fold_function(db):
    """The twin of `cti_tickets.oql.fold.fold` in SQL."""
    known = {row[0] for row in db.execute_sql("SELECT collname FROM pg_collation")}
    # The database's own collation may know the case of ASCII letters only.
    best = next((name for name in ("und-x-icu", "pg_c_utf8") if name in known), "default")
    marks = "".join(f"\\U{first:08X}-\\U{last:08X}" for first, last in _mark_ranges())
    return f"""
        CREATE FUNCTION cti_fold(value text) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
            SELECT CASE
                WHEN value ~ '^[\\x01-\\x7f]*$' THEN rtrim(lower(value), ' ')
                ELSE rtrim(replace(regexp_replace(normalize(
                    replace(replace(replace(
                        lower(normalize(value, NFKD) COLLATE "{best}"),
                        'ß', 'ss'), 'ς', 'σ'), U&'\\0345', 'ι'),
                    NFKD), '[{marks}]', '', 'g'), 'œ', 'oe'), ' ')
            END
        $$
    """


def _mark_ranges():
    """The combining characters, as ranges of code points."""
    ranges = []
    for code in range(sys.maxunicode + 1):
        if unicodedata.combining(chr(code)):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return ranges
