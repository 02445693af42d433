"""Links between documents lead somewhere, and the index lists every page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.M | re.S)


def anchors(path: Path) -> set[str]:
    """What links to headings of a page are called, as code forges make them."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}


def test_every_link_leads_somewhere(documents: list[Path]) -> None:
    broken = []
    for path in documents:
        for target in LINK.findall(CODE.sub("", path.read_text(encoding="utf-8"))):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            file = (path.parent / name).resolve() if name else path
            missing = not file.exists() or (
                anchor and file.suffix == ".md" and anchor not in anchors(file)
            )
            if missing:
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert broken == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.md")), ids=lambda p: str(p.name))
def test_the_index_lists_every_page(path: Path) -> None:
    assert path.name == "README.md" or f"({path.name})" in (ROOT / "docs" / "README.md").read_text()


@pytest.mark.parametrize("path", sorted((ROOT / "plugins").glob("*/README.md")))
def test_the_index_lists_every_plugin(path: Path) -> None:
    assert f"(../plugins/{path.parent.name}/README.md)" in (ROOT / "docs" / "README.md").read_text()
