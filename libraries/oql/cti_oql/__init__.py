"""OQL: read-only queries that find objects by class, joins and conditions.

`schema_of` makes the classes of peewee models, and `Oql` answers queries about them; the README
shows both. The syntax tree of a query alone is what `parse` returns, and `to_text` writes one.
"""

from cti_oql.engine import Key, Oql, Page, Statement
from cti_oql.errors import (
    OqlError,
    OqlModelError,
    OqlRunError,
    OqlSyntaxError,
    UnknownClassError,
)
from cti_oql.found import Found
from cti_oql.functions.fold import fold
from cti_oql.functions.postgresql import functions_model, install_functions
from cti_oql.functions.sqlite import register_functions
from cti_oql.limits import NO_LIMITS, Allowed, LimitedTables, Limits
from cti_oql.models import UnsuitableModel, class_of, schema_of
from cti_oql.parameters import Param, PhoneNumber
from cti_oql.resolve.resolved import ResolvedQuery
from cti_oql.schema import Attribute, ClassDef, Kind, Schema, SchemaOf, UnknownClass
from cti_oql.syntax import tree
from cti_oql.syntax.parse import parse
from cti_oql.syntax.printing import to_text
from cti_oql.tools.pinned import is_pinned

__all__ = [
    "NO_LIMITS",
    "Allowed",
    "Attribute",
    "ClassDef",
    "Found",
    "Key",
    "Kind",
    "LimitedTables",
    "Limits",
    "Oql",
    "OqlError",
    "OqlModelError",
    "OqlRunError",
    "OqlSyntaxError",
    "Page",
    "Param",
    "PhoneNumber",
    "ResolvedQuery",
    "Schema",
    "SchemaOf",
    "Statement",
    "UnknownClass",
    "UnknownClassError",
    "UnsuitableModel",
    "class_of",
    "fold",
    "functions_model",
    "install_functions",
    "is_pinned",
    "parse",
    "register_functions",
    "schema_of",
    "to_text",
    "tree",
]
