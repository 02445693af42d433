"""Where a caller is looked for before iTop is asked: a copy of persons that lies nearby."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Person:
    """A person of the copy: id, and attribute codes of iTop's class Person to texts.

    `fields` has at least friendlyname, org_id, org_name, phone, mobile_phone and email.
    """

    id: int
    fields: Mapping[str, str]


class Directory(Protocol):
    """A copy of iTop's persons."""

    def find(self, number_keys: Sequence[str], emails: Sequence[str]) -> Sequence[Person]:
        """Everybody who has one of these numbers or addresses.

        :param number_keys: `Number.key` of each number ("+33987654321", "ext:123")
        :param emails: addresses, whatever their case
        :return: the persons by name; empty also when nothing was copied yet
        """
        ...

    def age(self) -> datetime | None:
        """When the copy was last known to be complete, in UTC without a zone; `None`: never."""
        ...
