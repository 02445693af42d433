"""The start page: sections of plugins, each in its place, around the box for a number."""

from __future__ import annotations

from cti_host.testing import MakeHost

SECTIONS = '''
from cti_host import PanelSection, SectionPlace, hookimpl


class Plugin:
    """A section in each place."""

    @hookimpl
    def home_sections(self, agent):
        return [
            PanelSection("Glanced at", "<p>3</p>", place=SectionPlace.BESIDE),
            PanelSection("Worked with", "<p>2</p>"),
            PanelSection("Of me", "<p>1</p>", place=SectionPlace.PERSON),
        ]

    @hookimpl
    def panel_sections(self, call, callers):
        return self.home_sections(None)
'''
BROKEN = '''
from cti_host import hookimpl


class Plugin:
    """It fails."""

    @hookimpl
    def home_sections(self, agent):
        raise RuntimeError("no")
'''


def test_sections_stand_in_their_places(make_host: MakeHost) -> None:
    running = make_host(plugins=["desk"], sources={"desk": SECTIONS})
    page = running.client().get("/").text
    in_order = ["Who is calling?", "Of me", "cti-beside-main", "Worked with", "cti-beside-more"]
    places = [page.index(text) for text in (*in_order, "Glanced at")]
    assert places == sorted(places)


def test_the_panel_has_the_same_places(make_host: MakeHost) -> None:
    running = make_host(plugins=["desk"], sources={"desk": SECTIONS})
    page = running.client().get("/pop?phone=0987654321").text
    in_order = ["cti-beside-first", "Of me", "cti-beside-main", "Worked with", "cti-beside-more"]
    places = [page.index(text) for text in (*in_order, "Glanced at")]
    assert places == sorted(places)


def test_a_section_that_fails_costs_one_line(make_host: MakeHost) -> None:
    sources = {"broken": BROKEN, "desk": SECTIONS}
    running = make_host(plugins=["broken", "desk"], sources=sources)
    page = running.client().get("/").text
    assert "What broken shows here is not available right now." in page
    assert "Worked with" in page


def test_without_sections_the_box_stands_alone(make_host: MakeHost) -> None:
    page = make_host().client().get("/").text
    assert "Who is calling?" in page
    assert "cti-beside " not in page
