"""Addresses of lists and of the objects in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from cti_host import address_of
from cti_tickets.model.schema import ClassDef


def list_url(cls: ClassDef, args: Mapping[str, str], endpoint: str = "tickets.list") -> str:
    """The address of a list, or of what is done with it.

    :param args: the query; whatever its names are, none is taken for a part of the path
    """
    path = address_of(endpoint, class_name=cls.name)
    return f"{path}?{urlencode(args)}" if args else path


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
