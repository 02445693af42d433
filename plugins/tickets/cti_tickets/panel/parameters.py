"""What a call tells, as parameters of queries."""

from __future__ import annotations

from collections.abc import Mapping

from cti_oql import Param

from cti_host import Unsearchable, Value


def query_parameters(values: Mapping[str, Value | int | None]) -> dict[str, Param]:
    """The parameters of a call for a query; one that must not be searched for matches nobody."""
    return {
        name: None if isinstance(value, Unsearchable) else value for name, value in values.items()
    }
