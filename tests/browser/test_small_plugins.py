"""Three small plugins as a complete product: panel, ticket page, phone menu, and a call seen."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from barriers import barriers
from demo_server import demo_server
from playwright.sync_api import BrowserContext, Page, expect

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "small_plugins"
EXAMPLES = ROOT / "docs" / "examples"
SOURCES = [
    *(EXAMPLES / f"{name}.py" for name in ("phone_book", "help_desk")),
    *(SMALL / f"{name}.py" for name in ("dialler", "witness")),
]
PLUGINS = ["accounts", "phone_book", "help_desk", "dialler", "witness", "demo_phone_system"]
ADA = "/pop?phone=0199001101"
TICKET = "/ticket/help_desk/Case/101?phone=0199001101&selected_caller=phone_book:Contact:1"
DIALLING = "The phone system would dial now"
OpenBrowser = Callable[..., BrowserContext]
OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a host with these plugins."""
    folder = tmp_path_factory.mktemp("small")

    def with_small_plugins(toml: str) -> str:
        for source in SOURCES:
            shutil.copy(source, folder / "config" / "demo_plugins")
        top, port = toml.partition("[url_parameters]")[0], re.search(r"^port = (\d+)", toml, re.M)
        assert port
        named = ", ".join(f'"{name}"' for name in PLUGINS)
        return (
            re.sub(r"^plugins = .*$", f"plugins = [{named}]", top, flags=re.M).replace(
                '["telephony_integration_ecall_phone"]', '["call"]'
            )
            + '[url_parameters]\nphone = "phone"\n\n'
            + "".join(
                f'[plugin.{name}]\nfile = "{(SMALL / name).as_posix()}.csv"\n'
                for name in ("phone_book", "help_desk")
            )
            + f'[plugin.dialler]\nurl = "http://127.0.0.1:{port[1]}/demo-phone-system"\n'
        )

    with demo_server(folder, change=with_small_plugins) as address:
        yield address


@pytest.fixture(scope="session")
def small_cookies(sign_in: Callable[[str], Any], small_site: str) -> Any:
    """What a browser keeps after an agent signed in there."""
    return sign_in(small_site)


@pytest.fixture
def open_page(open_browser: OpenBrowser, small_site: str, small_cookies: Any) -> OpenPage:
    """`open_page(**options)`: a page of an agent of that host."""

    def open_(**options: Any) -> Page:
        context = open_browser(base_url=small_site, storage_state=small_cookies, **options)
        return context.new_page()

    return open_


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["js", "no js"])
@pytest.mark.parametrize("width", [1280, 390])
def test_from_the_call_to_a_call_back_and_its_record(
    open_page: OpenPage, width: int, options: dict[str, Any]
) -> None:
    page = open_page(viewport={"width": width, "height": 900}, **options)
    page.goto(ADA)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ada Lovelace")
    ticket = f"C-{102 + len(options)}"
    page.get_by_role("link", name=ticket, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Card {ticket[-1]} is torn")
    calls = page.get_by_role("region", name="Phone Calls").get_by_role("row")
    before = calls.filter(has_text="Outbound").count()
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Call back").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text(DIALLING)
    assert opened.value.url.endswith("/demo-phone-system?how=call&number=0199001101")
    page.reload()
    expect(calls.filter(has_text="Outbound")).to_have_count(before + 1)
    expect(calls.filter(has_text="Outbound").first).to_contain_text("Ada Lovelace")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="Back to the call").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ada Lovelace")


def test_the_menu_is_used_with_the_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page()
    page.goto(TICKET)
    page.get_by_role("link", name="Back to the call").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Call back")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".cti-phone-menu details.cti-menu summary")).to_be_focused()
    page.keyboard.press("Enter")
    entry = page.get_by_role("button", name="Announce a call")
    expect(entry).to_be_visible()
    page.keyboard.press("Tab")
    expect(entry).to_be_focused()
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    expect(opened.value.get_by_role("heading", level=1)).to_have_text(DIALLING)
    assert "how=announce" in opened.value.url


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_has_no_barrier_in_either_language(
    open_page: OpenPage, width: int, locale: str
) -> None:
    page = open_page(viewport={"width": width, "height": 900}, locale=locale)
    page.goto(TICKET)
    expect(page.locator("html")).to_have_attribute("lang", locale[:2])
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    page.locator(".cti-phone-menu details.cti-menu summary").click()
    label = "Announce a call" if locale == "en-GB" else "Annoncer un appel"
    expect(page.get_by_role("button", name=label)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert barriers(page, slight=True) == []
