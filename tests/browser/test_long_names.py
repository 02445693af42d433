"""Names without a blank in forty letters: no page is wider than its screen, no word is cut off."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import warm_commands
from playwright.sync_api import Page

LONG = "Wolfeschlegelsteinhausenbergerdorffwelch"
NUMBER, SHARED = "0261917711", "0261917712"
PAGES = (
    "/",
    f"/pop?phone={NUMBER}",
    f"/pop?phone={SHARED}",
    f"/find-caller?phone=0536490042&q={LONG}",
    f"/search?q={LONG}",
    "/objects/UserRequest/771",
    "/objects/UserRequest/771?tab=history",
    "/objects/UserRequest/771/modify",
    "/objects/UserRequest/771/stimulus/ev_resolve",
    "/objects/Person/771",
    "/objects/Person/771/merge?other=772",
    "/objects/Organization/770",
    f"/objects/Ticket?q={LONG}",
    f"/objects/Person?q={LONG}",
    f"/create/UserRequest?phone={NUMBER}&selected_caller=771",
)
CUT_OFF = """() => {
const ELSEWHERE = ".visually-hidden, select, input, textarea, .cti-creations, .cti-only";
return [...document.querySelectorAll("main *")].filter((one) => {
  if (!one.checkVisibility() || one.closest(ELSEWHERE)) return 0;
  const parent = one.parentElement.closest(".cti-card, td, li, dd, aside");
  const [own, around] = [one.getBoundingClientRect(), parent?.getBoundingClientRect()];
  return around && own.width && own.right > around.right + 1;
}).map((one) => one.outerHTML.slice(0, 120));
}"""


def records() -> Iterator[dict[str, Any]]:
    """Persons, an organization and tickets that are all called so."""
    yield {"class": "Organization", "id": 770, "fields": {"name": LONG}}
    for id_, number in ((771, NUMBER), (772, SHARED), (773, SHARED)):
        fields = {"first_name": LONG, "name": LONG, "org_id": 770, "phone": number}
        fields |= {"function": LONG, "email": f"{LONG}@{LONG}.example", "notes": LONG * 2}
        yield {"class": "Person", "id": id_, "fields": fields}
        fields = {"ref": f"R-{id_:06}", "title": LONG * 3, "description": LONG * 9, "org_id": 770}
        fields |= {"caller_id": id_, "team_id": 91, "agent_id": 10, "status": "assigned"}
        yield {"class": "UserRequest", "id": id_, "fields": fields}


@pytest.fixture(scope="module", autouse=True)
def data(server: str, folder: Path) -> None:
    """What this module looks at, in the demonstration."""
    file = folder / "long-names.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records()))
    config = ["--config", str(folder / "config" / "demo.toml")]
    command = warm_commands.words(*config, "data", "import", str(file))
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 -- our own command


@pytest.mark.parametrize("width", [390, 683, 1366])
def test_no_page_is_wider_than_its_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 850})
    for address in PAGES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert page.evaluate(CUT_OFF) == [], address
