"""Rows of a site of some size, written at once: organizations, persons, tickets, calls."""

from __future__ import annotations

# Nobody has a second number, and every second person none at all; most tickets are closed.
FILL = [
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)"
    " INSERT INTO organization (id, name, status, code, parent_id)"
    " SELECT i, 'Organization ' || i, 'active', '', NULLIF(i / 5, 0) FROM n",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)"
    " INSERT INTO contact (id, finalclass, name, first_name, status, org_id, email, phone,"
    " phone_e164, mobile_phone)"
    " SELECT i, 'Person', 'N' || i, 'F', 'active', 1 + i % 400, 'a' || i,"
    " CASE WHEN i % 2 THEN '01' || i ELSE '' END, CASE WHEN i % 2 THEN '+331' || i END, '' FROM n",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)"
    " INSERT INTO ticket (id, finalclass, ref, org_id, caller_id, title, description, status,"
    " operational_status, origin, impact, urgency, priority, agent_id)"
    " SELECT i, 'UserRequest', 'R-' || i, 1 + i % 400, 1 + i % 4000, 'T', 'x',"
    " CASE WHEN i % 10 THEN 'closed' ELSE 'new' END,"
    " CASE WHEN i % 10 THEN 'closed' ELSE 'ongoing' END, 'phone', '1', '1', '' || (1 + i % 4),"
    " 1 + i % 50 FROM n",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)"
    " INSERT INTO phone_call (id, contact_id, agent_id, ticket_id, date, flow, note)"
    " SELECT i, 1 + i % 4000, 1 + i % 50, 1 + i % 12000,"
    " '2026-' || substr('0' || (1 + i % 12), -2) || '-' || substr('0' || (1 + i % 28), -2),"
    " 'inbound', '' FROM n",
]
