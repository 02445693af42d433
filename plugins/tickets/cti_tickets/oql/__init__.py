"""OQL: read-only queries that find objects by class, joins and conditions."""

from cti_tickets.oql.checked import CheckedQuery
from cti_tickets.oql.engine import Key, Oql, Page, Statement
from cti_tickets.oql.errors import (
    OqlError,
    OqlModelError,
    OqlRunError,
    OqlSyntaxError,
    UnknownClassError,
)
from cti_tickets.oql.values import Param

__all__ = [
    "CheckedQuery",
    "Key",
    "Oql",
    "OqlError",
    "OqlModelError",
    "OqlRunError",
    "OqlSyntaxError",
    "Page",
    "Param",
    "Statement",
    "UnknownClassError",
]
