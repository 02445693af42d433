"""The functions of the language on PostgreSQL, as the statements that create them."""

from __future__ import annotations

import re
from importlib.resources import files

from cti_oql.functions.fold import postgresql_functions


def statements() -> list[str]:
    """What to execute, in order, without parameters; each replaces what was there before."""
    text = files("cti_oql.functions").joinpath("functions.sql").read_text(encoding="utf-8")
    found = re.findall(r"^CREATE .*?(?=^(?:CREATE|--)|\Z)", text, re.DOTALL | re.MULTILINE)
    return [*postgresql_functions(), *(statement.rstrip().rstrip(";") for statement in found)]
