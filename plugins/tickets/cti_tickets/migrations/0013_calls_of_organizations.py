"""The organization of a phone call: that of its ticket, beside the call, for lists of one of them.

The database keeps it: whoever writes a call or moves a ticket, by whichever way, it is right in the
same transaction; an import may write the call before its ticket. A migration that makes one of
these tables anew has to make the triggers anew.
"""

import peewee

FILL = """UPDATE phone_call SET org_id =
  (SELECT ticket.org_id FROM ticket WHERE ticket.id = phone_call.ticket_id)"""

SQLITE = [
    """CREATE TRIGGER phone_call_created AFTER INSERT ON phone_call BEGIN
      UPDATE phone_call SET org_id = (SELECT org_id FROM ticket WHERE id = NEW.ticket_id)
      WHERE id = NEW.id; END""",
    """CREATE TRIGGER phone_call_changed AFTER UPDATE OF ticket_id, org_id ON phone_call
      WHEN NEW.org_id IS NOT (SELECT org_id FROM ticket WHERE id = NEW.ticket_id) BEGIN
      UPDATE phone_call SET org_id = (SELECT org_id FROM ticket WHERE id = NEW.ticket_id)
      WHERE id = NEW.id; END""",
    """CREATE TRIGGER ticket_moved AFTER UPDATE OF org_id ON ticket
      WHEN NEW.org_id IS NOT OLD.org_id BEGIN
      UPDATE phone_call SET org_id = NEW.org_id WHERE ticket_id = NEW.id; END""",
    """CREATE TRIGGER ticket_created AFTER INSERT ON ticket BEGIN
      UPDATE phone_call SET org_id = NEW.org_id WHERE ticket_id = NEW.id; END""",
]

# FOR SHARE: a ticket that somebody is moving right now is waited for.
POSTGRESQL = [
    """CREATE FUNCTION phone_call_org_id() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      SELECT org_id INTO NEW.org_id FROM ticket WHERE id = NEW.ticket_id FOR SHARE;
      RETURN NEW; END $$""",
    """CREATE TRIGGER phone_call_written BEFORE INSERT OR UPDATE OF ticket_id, org_id ON phone_call
      FOR EACH ROW EXECUTE FUNCTION phone_call_org_id()""",
    """CREATE FUNCTION phone_calls_of_ticket() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      UPDATE phone_call SET org_id = NEW.org_id WHERE ticket_id = NEW.id;
      RETURN NULL; END $$""",
    """CREATE TRIGGER ticket_moved AFTER UPDATE OF org_id ON ticket FOR EACH ROW
      WHEN (NEW.org_id IS DISTINCT FROM OLD.org_id) EXECUTE FUNCTION phone_calls_of_ticket()""",
    """CREATE TRIGGER ticket_created AFTER INSERT ON ticket
      FOR EACH ROW EXECUTE FUNCTION phone_calls_of_ticket()""",
]


def up(migrator, db):
    db.execute_sql("ALTER TABLE phone_call ADD COLUMN org_id INTEGER")
    db.execute_sql(FILL)
    db.execute_sql("CREATE INDEX phone_call_org_id_date ON phone_call (org_id, date, id)")
    for trigger in POSTGRESQL if isinstance(db, peewee.PostgresqlDatabase) else SQLITE:
        db.execute_sql(trigger)
