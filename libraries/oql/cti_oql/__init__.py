"""OQL: read-only queries that find objects by class, joins and conditions."""

from cti_oql.engine import Key, Oql, Page, Statement
from cti_oql.errors import (
    OqlError,
    OqlModelError,
    OqlRunError,
    OqlSyntaxError,
    UnknownClassError,
)
from cti_oql.parameters import Param
from cti_oql.resolve.resolved import CheckedQuery

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
