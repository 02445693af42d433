"""The names of a plugin's data that settings may use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class KnownNames:
    """What a plugin calls its data, so that misspelt names in the settings are found.

    `classes` are those of its objects ("UserRequest"); `caller_attributes` are the attributes that
    its callers carry ("phone"), in a lookup or as the caller of a ticket.
    """

    classes: Sequence[str] = ()
    caller_attributes: Sequence[str] = ()
