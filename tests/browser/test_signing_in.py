"""Who is at the keyboard: signing in on a call, and out."""

from __future__ import annotations

from demo_server import NAME, PASSWORD
from playwright.sync_api import Page, expect


def sign_in(page: Page, name: str = NAME, password: str = PASSWORD) -> None:
    """Fill the form in and send it."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_after_signing_in_the_call_is_still_there(stranger: Page, server: str) -> None:
    stranger.goto("/pop?phone=+33987654321")
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(stranger.get_by_text("A call has come in.")).to_be_visible()
    expect(stranger.get_by_label("Name")).to_be_focused()
    sign_in(stranger)
    expect(stranger.get_by_role("heading", level=1)).to_contain_text("Marguerite Delaunay")
    expect(stranger).to_have_url(f"{server}/pop?phone=+33987654321")


def test_a_plus_survives_in_both_writings(stranger: Page) -> None:
    stranger.goto("/pop?phone=%2B33987654321")
    sign_in(stranger)
    expect(stranger.get_by_text("(received: +33987654321)")).to_be_visible()


def test_a_wrong_password_keeps_the_name_and_the_call(stranger: Page) -> None:
    stranger.goto("/pop?phone=0199001200")
    sign_in(stranger, password="not-this-one")
    expect(stranger.get_by_role("alert")).to_have_text(
        "The name or the password is wrong, or the account is deactivated."
    )
    expect(stranger.get_by_label("Name")).to_have_value(NAME)
    expect(stranger.get_by_label("Password")).to_have_value("")
    expect(stranger.get_by_label("Password")).to_be_focused()
    sign_in(stranger)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("3 contacts share this number")


def test_empty_fields_are_named(stranger: Page) -> None:
    stranger.goto("/sign-in")
    stranger.get_by_role("button", name="Sign in").click()
    expect(stranger.get_by_role("alert")).to_contain_text("Enter your name.")
    expect(stranger.get_by_label("Name")).to_have_attribute("aria-invalid", "true")


def test_after_signing_out_nothing_is_shown(stranger: Page) -> None:
    stranger.goto("/sign-in")
    sign_in(stranger)
    stranger.get_by_role("button", name="Sign out").click()
    expect(stranger.get_by_text("You are signed out.")).to_be_visible()
    stranger.goto("/pop?phone=0987654321")
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_form_sent_after_signing_out_is_not_lost(stranger: Page) -> None:
    stranger.goto("/sign-in")
    sign_in(stranger)
    expect(stranger.get_by_role("button", name="Sign out")).to_be_visible()
    stranger.goto("/objects/new/UserRequest?caller_id=20&org_id=2")
    stranger.get_by_label("Title").fill("Typed before the session ended")
    stranger.get_by_label("Description").fill("\n Two lines,\n100 % <kept>")
    stranger.context.clear_cookies()
    stranger.get_by_role("button", name="Save").click()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("You are signed out")
    with stranger.context.expect_page() as opened:
        stranger.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(opened.value)
    expect(opened.value.get_by_role("button", name="Sign out")).to_be_visible()
    # Whoever comes back to the page is where they wanted to be: it costs the sign-in alone.
    stranger.bring_to_front()
    stranger.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Typed before the session ended")
