"""Templates of Jinja, compiled once for all applications that a process of tests builds."""

from __future__ import annotations

from types import CodeType
from typing import Any

from flask.sansio.app import App
from flask.templating import Environment
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class _Compiled(BytecodeCache):
    """Keeps what was compiled in memory, by the template's name, file and content."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


_compiled = _Compiled()


class QuickEnvironment(Environment):
    """An environment of Flask's that finds what another one of this process has compiled."""

    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, bytecode_cache=_compiled, **options)
