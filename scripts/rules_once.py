"""Addresses of pages, compiled once for all applications that a process of tests builds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

_Builder = Callable[..., tuple[str, str]]
_compiled: dict[Any, _Builder] = {}


class QuickRule(Rule):
    """A rule that finds what another application of this process has compiled.

    What is compiled writes an address. It is given its rule, with the converters, when it is
    called, so it depends on the text of the rule and on its defaults only.
    """

    def _compile_builder(self, append_unknown: bool = True) -> _Builder:
        defaults = repr(sorted((self.defaults or {}).items()))
        kind = (self.rule, tuple(self._trace), defaults, append_unknown)
        if kind not in _compiled:
            _compiled[kind] = super()._compile_builder(append_unknown)
        return _compiled[kind]
