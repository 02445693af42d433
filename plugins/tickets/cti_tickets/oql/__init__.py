"""OQL: read-only queries that find objects by class, joins and conditions."""

from cti_tickets.oql.checked import CheckedQuery
from cti_tickets.oql.engine import Oql, Page, Statement
from cti_tickets.oql.errors import (
    OqlError,
    OqlModelError,
    OqlRunError,
    OqlSyntaxError,
    OqlUnsupportedError,
    UnknownClassError,
)
from cti_tickets.oql.values import Param

__all__ = [
    "CheckedQuery",
    "Oql",
    "OqlError",
    "OqlModelError",
    "OqlRunError",
    "OqlSyntaxError",
    "OqlUnsupportedError",
    "Page",
    "Param",
    "Statement",
    "UnknownClassError",
]
