"""The README explains every key of the settings, with its default."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cti_itop.settings import ItopConfig

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
EXAMPLE = Path(__file__).parents[3] / "config" / "examples" / "itop.toml"
ROWS = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \| [^|]{10,} \|$", README, re.M))
# Said in words: no default, or one that comes from elsewhere.
IN_WORDS = {"url": "required", "timezone": "the host's"}


def test_every_key_is_explained() -> None:
    assert set(ROWS) == set(ItopConfig.model_fields)


@pytest.mark.parametrize("key", ItopConfig.model_fields)
def test_the_defaults_are_true(key: str) -> None:
    default = ItopConfig.model_fields[key].get_default(call_default_factory=True)
    shown = default if not hasattr(default, "get_secret_value") else default.get_secret_value()
    assert ROWS[key] == IN_WORDS.get(key, f"`{json.dumps(shown)}`")


@pytest.mark.parametrize("key", set(ItopConfig.model_fields) - {"password", "token"})
def test_every_key_but_secrets_is_in_the_example(key: str) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    part = text[text.index("[plugin.itop]") :]
    assert re.search(rf"^(# )?{key} = ", part, re.M)
