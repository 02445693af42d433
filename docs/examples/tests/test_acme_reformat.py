"""What ACME's phone system sends becomes numbers that the host can look up."""

from __future__ import annotations

from pathlib import Path

import pytest

from cti_host.settings.problems import ConfigRefused
from cti_host.testing import MakeHost, RunningHost

pytest_plugins = ["cti_host.testing"]

FILE = Path(__file__).parents[1] / "acme_reformat.py"
SETTINGS = """
[plugin.acme_reformat]
sites = { "99" = "+3326191" }
"""


@pytest.fixture
def acme(make_host: MakeHost) -> RunningHost:
    """A host with ACME's plugin in front of phone_reformat."""
    return make_host(
        SETTINGS,
        plugins=["acme_reformat", "phone_reformat"],
        sources={"acme_reformat": FILE},
    )


@pytest.mark.parametrize(
    ("received", "becomes"),
    [
        ("00987654321", "+33987654321"),  # 0 for the line, then a national number
        ("000493023125030", "+493023125030"),  # 0 for the line, then 00 for abroad
        ("993024", "+33261913024"),  # extension 3024 of the second site
        ("0987654321", "+33987654321"),  # without the 0: as it is
        ("%2B33987654321", "+33987654321"),
        ("123", "123"),  # an extension of this site
    ],
)
def test_a_number_becomes_one_that_can_be_looked_up(
    acme: RunningHost, received: str, becomes: str
) -> None:
    panel = acme.get_json(f"/pop?phone={received}")
    assert panel["parameters"] == {"phone": becomes}
    assert panel["problems"] == []


def test_what_came_stays_on_the_panel(acme: RunningHost) -> None:
    assert acme.get_json("/pop?phone=00987654321")["received"] == {"phone": "00987654321"}


def test_a_withheld_number_is_left_to_phone_reformat(acme: RunningHost) -> None:
    panel = acme.get_json("/pop?phone=anonymous")
    assert panel["problems"] == ["The caller withheld their number (“anonymous” was received)."]


def test_letters_in_the_settings_are_refused(make_host: MakeHost) -> None:
    with pytest.raises(ConfigRefused, match="outside_line"):
        make_host(
            '[plugin.acme_reformat]\noutside_line = "zero"',
            plugins=["acme_reformat"],
            sources={"acme_reformat": FILE},
        )
