"""The rows that tell of the files of tickets: added, deleted, read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from cti_oql.running import mark
from flask_babel import gettext as _

from cti_host import Agent, database, writing
from cti_tickets.model.classes.attachments import Attachment
from cti_tickets.model.data_model import schema
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import DELETE, MODIFY
from cti_tickets.store import history, objects
from cti_tickets.store.agents import contact_of
from cti_tickets.store.attachments.rules import rules
from cti_tickets.store.attachments.sent import Received, Refused
from cti_tickets.store.computed import naive
from cti_tickets.store.questions import Answer, Questions
from cti_tickets.store.referring.visible import chunks


def are_any(ticket_id: int, questions: Questions) -> Answer:
    """Have it asked whether a ticket has files."""
    sql = f"EXISTS (SELECT 1 FROM attachment WHERE ticket_id = {mark(database.obj)})"  # noqa: S608 -- the mark of a bound value
    return questions.ask(sql, [ticket_id])


def files_of(ticket_id: int) -> list[Attachment]:
    """The files of a ticket, oldest first."""
    # Not built by peewee: every page of a ticket asks for it.
    sql = f"SELECT * FROM attachment WHERE ticket_id = {mark(database.obj)} ORDER BY id"  # noqa: S608 -- the mark of a bound value
    return [*Attachment.raw(sql, ticket_id)]


def file_of(ticket_id: int, id_: int) -> Attachment | None:
    """A file of a ticket; `None`: there is none with this id, or it belongs to another ticket."""
    return Attachment.get_or_none(Attachment.id == id_, Attachment.ticket == ticket_id)


def add(
    class_name: str,
    ticket_id: int,
    files: Sequence[Received],
    *,
    author: Agent | None,
    now: datetime | None = None,
) -> list[tuple[Attachment, bool]]:
    """Add files to a ticket. The same content under the same name is there once.

    :param files: what `received` has written, whose block this is called in
    :return: the row of each file, and whether it is a new one
    :raises Forbidden: who acts may not change tickets of this class
    :raises NotFound: there is no such ticket
    :raises Refused: it would have too many files
    """
    current_access().require(MODIFY, class_name)
    if not schema().is_a(class_name, "Ticket"):
        raise objects.NotFound(f"{class_name}::{ticket_id}")
    moment, actor, contact = naive(now), history.actor_of(author), contact_of(author)
    rules_ = rules()
    with writing():
        # Nobody else adds files meanwhile, nor deletes the ticket.
        objects.load(class_name, ticket_id, lock=True)
        known = {(one.name, one.sha256): one for one in files_of(ticket_id)}
        was_there = {*known}
        fresh: dict[tuple[str, str], Received] = {}
        for file in files:
            key = (file.name, file.written.sha256)
            if key in known or key in fresh:
                rules_.folder.remove(file.written.stored)
            else:
                fresh[key] = file
        if len(known) + len(fresh) > rules_.most:
            raise Refused([_("A ticket can have %(count)s files.", count=rules_.most)])
        for key, file in fresh.items():
            known[key] = Attachment.create(
                ticket=ticket_id,
                stored=file.written.stored,
                name=file.name,
                kind=file.kind,
                size=file.written.size,
                sha256=file.written.sha256,
                created=moment,
                account=actor.account,
                author=actor.author,
                author_contact=contact,
            )
            history.attached(class_name, ticket_id, file.name, author=author, now=moment)
    keys = [(file.name, file.written.sha256) for file in files]
    return [(known[key], key not in was_there) for key in keys]


def may_delete(class_name: str, file: Attachment, agent: Agent | None) -> bool:
    """Whether an agent may delete a file: whoever may delete such tickets, or has added it."""
    access = current_access()
    if access.may(DELETE, class_name):
        return True
    is_own = agent is not None and agent.name == file.account
    return is_own and bool(access.may(MODIFY, class_name))


def delete(
    class_name: str, file: Attachment, *, author: Agent | None, now: datetime | None = None
) -> None:
    """Delete a file of a ticket; deleted twice, it is gone.

    :raises Forbidden: who acts may neither delete such tickets, nor has added it
    """
    if not may_delete(class_name, file, author):
        current_access().require(DELETE, class_name)
    with writing():
        query: Any = Attachment.delete().where(Attachment.id == file.id)
        if query.execute():
            history.detached(class_name, file.ticket_id, file.name, author=author, now=naive(now))
            _remove_after_commit([file.stored])


def count_of(tickets: Iterable[int]) -> int:
    """How many files some tickets have."""
    count = 0
    for some in chunks(sorted(tickets)):
        count += int(Attachment.select().where(Attachment.ticket.in_(some)).count())
    return count


def forget(tickets: Iterable[int]) -> None:
    """Delete all files of tickets, in the current transaction, and say nothing of it."""
    for some in chunks(sorted(tickets)):
        of_them = Attachment.ticket.in_(some)
        query: Any = Attachment.select(Attachment.stored).where(of_them).tuples()
        stored = [row[0] for row in query]
        if stored:
            Attachment.delete().where(of_them).execute()
            _remove_after_commit(stored)


def sweep(*, dry_run: bool) -> int:
    """Remove files that no row knows; return how many there were."""
    return rules().folder.sweep(_known, dry_run=dry_run)


def _known(names: Collection[str]) -> set[str]:
    query: Any = Attachment.select(Attachment.stored).where(Attachment.stored.in_([*names]))
    return {row[0] for row in query.tuples()}


def _remove_after_commit(stored: Sequence[str]) -> None:
    folder = rules().folder

    def committed() -> None:
        for name in stored:
            folder.remove(name)

    database.after_commit(committed)
