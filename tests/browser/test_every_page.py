"""What holds for every page: narrow screens, keyboards, languages, and screen readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from barriers import barriers
from playwright.sync_api import BrowserContext, Locator, Page, expect

pytestmark = pytest.mark.long

OpenBrowser = Callable[..., BrowserContext]


def shows_focus(element: Locator) -> bool:
    """Whether the focus can be seen: an outline of at least two pixels."""
    seen = "e => {const s = getComputedStyle(e); return [s.outlineStyle, s.outlineWidth]}"
    style, width = element.evaluate(seen)
    return style == "solid" and float(width.removesuffix("px")) >= 2


def focused(page: Page) -> Locator:
    """The element that has the focus."""
    return page.locator(":focus")


@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_has_a_barrier(
    open_browser: OpenBrowser, all_pages: Mapping[str, str], width: int
) -> None:
    page = open_browser(viewport={"width": width, "height": 900}).new_page()
    names = all_pages if width > 390 else ("several", "many tickets", "ticket", "form", "calls")
    problems = []
    for address in (all_pages[name] for name in names):
        page.goto(address)
        problems += barriers(page, dark=True)
    assert problems == []


ADMINISTRATION = (
    "/objects/directory",
    "/objects/directory?kind=shared",
    "/objects/changes",
    "/objects/access-journal",
    "/plugins",
    "/calls/journal",
    "/objects/UserRequest/28?tab=history",
)


@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_for_administrators_has_a_barrier(administrator: Page, width: int) -> None:
    administrator.set_viewport_size({"width": width, "height": 900})
    problems = []
    for address in ADMINISTRATION:
        administrator.goto(address)
        expect(administrator.get_by_role("heading", level=1)).to_have_count(1)
        assert administrator.title() != "There is no such page · CTI Host", address
        assert administrator.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        problems += barriers(administrator, dark=True)
    assert problems == []


def test_pages_for_strangers_and_of_mistakes_have_no_barrier(stranger: Page, page: Page) -> None:
    stranger.goto("/pop?phone=0987654321")
    problems = barriers(stranger, dark=True)
    stranger.get_by_role("button", name="Sign in").click()
    expect(stranger.get_by_role("alert")).to_be_visible()
    problems += barriers(stranger, dark=True)
    page.goto("/objects/new/UserRequest")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()
    problems += barriers(page, dark=True)
    page.goto("/objects/UserRequest/31")
    page.locator(".cti-phone-menu details.cti-menu summary").click()
    problems += barriers(page, dark=True)
    assert problems == []


def test_pages_are_dark_where_the_system_is_unless_the_agent_wants_it_otherwise(
    page: Page,
) -> None:
    card = page.locator(".cti-card").first
    surface = "card => getComputedStyle(card).backgroundColor"
    page.goto("/pop?phone=0987654321")
    light = card.evaluate(surface)
    page.emulate_media(color_scheme="dark")
    expect(card).not_to_have_css("background-color", light)
    dark = card.evaluate(surface)
    page.get_by_role("button", name="Dark colours").click()
    page.emulate_media(color_scheme="light")
    expect(card).to_have_css("background-color", dark)
    page.get_by_role("button", name="Light colours").click()
    page.emulate_media(color_scheme="dark")
    expect(card).to_have_css("background-color", light)
    page.get_by_role("button", name="Colours of the system").click()
    expect(card).to_have_css("background-color", dark)


def test_every_page_has_one_heading_a_language_and_a_title(
    page: Page, all_pages: Mapping[str, str]
) -> None:
    for address in all_pages.values():
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        expect(page.locator("html")).to_have_attribute("lang", "en")
        assert page.title().endswith("CTI Host")
        unlabelled = (
            "[...document.querySelectorAll('input:not([type=hidden]):not([hidden]), select, "
            "textarea')].filter(e => !e.labels.length).map(e => e.outerHTML)"
        )
        assert page.evaluate(unlabelled) == []


def test_nothing_sticks_out_of_a_narrow_screen(
    open_browser: OpenBrowser, all_pages: Mapping[str, str]
) -> None:
    narrow = {"width": 390, "height": 844}
    page = open_browser(viewport=narrow).new_page()
    stranger = open_browser(signed_in=False, viewport=narrow).new_page()
    sticking_out = (
        "[...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && "
        "!e.closest('.visually-hidden, .visually-hidden-focusable, thead, .cti-skip') && "
        "e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 200))"
    )
    for browser_page, address in [(stranger, "/sign-in"), *((page, a) for a in all_pages.values())]:
        browser_page.goto(address)
        assert browser_page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert browser_page.evaluate(sticking_out) == [], address


def test_lists_fit_screens_of_every_width(open_browser: OpenBrowser) -> None:
    page = open_browser().new_page()
    for width in (320, 600, 768, 900, 992, 1024, 1200, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/pop?phone=0987654321")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        outside = (
            "[...document.querySelectorAll('.cti-card')].filter(card => "
            "card.scrollWidth > card.clientWidth).map(card => card.innerText.slice(0, 80))"
        )
        assert page.evaluate(outside) == [], width


LONG_NAMES = """
() => {
    const names = document.querySelectorAll("td[data-label=Caller], td[data-label=Agent]");
    for (const cell of names) (cell.querySelector("a") || cell).textContent =
        "Wolfeschlegelsteinhausenbergerdorffberger Alexandrowna";
    return names.length;
}
"""


@pytest.mark.parametrize("address", ["/pop?phone=0987654321", "/objects/Ticket"])
def test_names_of_forty_letters_stay_in_their_columns(page: Page, address: str) -> None:
    wider = (
        "[...document.querySelectorAll('td')].filter(e => e.scrollWidth > e.clientWidth + 1)"
        ".map(e => e.textContent)"
    )
    page.goto(address)
    assert page.evaluate(LONG_NAMES) > 4
    for width in (390, 1000, 1366):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert page.evaluate(wider) == [], width


def test_the_button_beside_a_ticket_stays_on_one_line(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/pop?phone=0987654321")
    button = page.get_by_role("link", name="Modify R-000028").first.bounding_box()
    assert button is not None
    assert button["height"] < 40


def test_the_keyboard_reaches_everything_in_reading_order(page: Page) -> None:
    page.goto("/pop?phone=0987654321")
    page.get_by_label("Caller", exact=True).focus()
    for name in ("User Request", "Incident", "Person"):
        page.keyboard.press("Tab")
        expect(focused(page)).to_have_accessible_name(f"Create a new {name}")
        assert shows_focus(focused(page))
    # Then who it is, on the left.
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_accessible_name("Fluvia France")
    page.locator(".cti-person ~ .cti-actions a").last.focus()
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_accessible_name("R-000042")
    assert shows_focus(focused(page))
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_accessible_name("Modify R-000042")


def test_the_caller_is_changed_by_keyboard_alone(page: Page) -> None:
    page.goto("/pop?phone=0199001200")
    page.get_by_label("Caller", exact=True).focus()
    assert shows_focus(focused(page))
    page.keyboard.type("No")  # the first whose name begins so
    expect(page.get_by_role("heading", level=1)).to_contain_text("Noël Garçon")
    expect(page.get_by_label("Caller", exact=True)).to_be_focused()


def test_the_first_stop_skips_to_the_content(page: Page) -> None:
    page.goto("/pop?phone=0987654321")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("summary").filter(has_text="Why this person")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Caller", exact=True)).to_be_focused()


def test_a_french_browser_gets_french_pages(open_browser: OpenBrowser) -> None:
    page = open_browser(locale="fr-FR").new_page()
    page.goto("/pop?phone=0987654321")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_text("Contacts ayant le numéro de téléphone")).to_be_visible()
    expect(
        page.get_by_role("heading", name="Demandes utilisateurs ouvertes par l'appelant")
    ).to_be_visible()
    page.get_by_role("button", name="Créer").first.click()
    expect(page.get_by_label("Titre")).to_be_visible()
    expect(page.get_by_role("button", name="Enregistrer")).to_be_visible()
    stranger = open_browser(locale="fr-FR", signed_in=False).new_page()
    stranger.goto("/sign-in")
    expect(stranger.get_by_label("Mot de passe")).to_be_visible()
    assert barriers(page, dark=True) == []


def test_the_language_is_switched_where_one_is(page: Page, server: str) -> None:
    page.goto("/pop?phone=+33987654321&selected_caller=20")
    page.get_by_text("Language: English").click()
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Marguerite Delaunay")
    expect(page).to_have_url(f"{server}/pop?phone=+33987654321&selected_caller=20")
    page.get_by_text("Langue : Français").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="English")).to_be_hidden()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="English").focus()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "en")
