"""Files that were sent with a form: checked, and written to the folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

import peewee
from flask_babel import gettext as _

from cti_tickets.store.attachments.contents import HEAD_BYTES, is_genuine
from cti_tickets.store.attachments.folder import TooLarge, Written
from cti_tickets.store.attachments.names import clean_name, kind_of
from cti_tickets.store.attachments.rules import Rules, rules
from cti_tickets.store.attachments.sizes import size_text


class Refused(ValueError):
    """Files that are not accepted; `problems` are sentences that say why, one for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Sent:
    """A file as it was sent: whatever it is called, and its bytes."""

    name: str
    content: IO[bytes]


@dataclass(frozen=True)
class Received:
    """A file that is accepted, and lies in the folder."""

    name: str
    kind: str
    written: Written


@contextmanager
def received(sent: Sequence[Sent]) -> Iterator[list[Received]]:
    """Write files to the folder; they are removed again unless their rows are stored.

    :raises Refused: one of them is not accepted; then none is
    :raises OSError: the folder can't be written
    """
    rules_ = rules()
    files: list[Received] = []
    problems: list[str] = []
    try:
        for one in sent:
            try:
                files.append(_receive(one, rules_))
            except Refused as refused:
                problems += refused.problems
        if problems:
            raise Refused(problems)
        yield files
    except peewee.PeeweeException:
        # Maybe the rows are stored, and only the database's word of it was lost: what they don't
        # know of is swept later.
        raise
    except BaseException:
        for file in files:
            rules_.folder.remove(file.written.stored)
        raise


def _receive(sent: Sent, rules_: Rules) -> Received:
    name = clean_name(sent.name)
    kind = kind_of(name)
    if not name:
        raise Refused([_("A file has no name.")])
    if kind not in rules_.kinds:
        known = ", ".join(rules_.kinds)
        raise Refused(
            [_("“%(name)s” is of a kind that is not accepted: %(kinds)s.", name=name, kinds=known)]
        )
    head = sent.content.read(HEAD_BYTES)
    sent.content.seek(0)
    if not head:
        raise Refused([_("“%(name)s” is empty.", name=name)])
    if not is_genuine(kind, head):
        raise Refused(
            [_("“%(name)s” is not what its name says: %(kind)s.", name=name, kind=kind.upper())]
        )
    try:
        return Received(name, kind, rules_.folder.write(sent.content, rules_.largest))
    except TooLarge:
        most = size_text(rules_.largest)
        raise Refused([_("“%(name)s” is larger than %(size)s.", name=name, size=most)]) from None
