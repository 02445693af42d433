"""Addresses of the objects in lists."""

from __future__ import annotations

from typing import Any

from cti_host import address_of


class Addresses:
    """Where objects are seen: the part of each class is looked up once."""

    def __init__(self) -> None:
        self._of_class: dict[str, str] = {}

    def of(self, class_name: str, id_: Any) -> str:
        """The address of an object's page."""
        begin = self._of_class.get(class_name)
        if begin is None:
            begin = address_of("tickets.view", class_name=class_name, id_=0)[:-1]
            self._of_class[class_name] = begin
        return f"{begin}{id_}"
