"""What agents type into texts comes back as they typed it: on pages, in forms, in the history."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cti_tickets.model.data_model import schema
from cti_tickets.store.markup import harmless, holds_markup, readable, stored_text, typed_text
from hypothesis import example, given
from hypothesis import strategies as st

# What looks like markup, or nearly: addresses, comparisons, entities, Markdown.
VANISHED = ["<bob@example.org>", "a<b && c>d", "use <b> for bold", "<b>not bold</b>", "a <br> b"]
HARD = [
    *VANISHED,
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "&lt;p&gt; &amp; &nbsp;",
    '<pre class="as-typed">x</pre>',
    "# Title\n\n* one\n* two\n\n    indented  code\n> quoted",
    "first\n\n\nfourth",
    "if (a <b> c) { return x<y>z; }",
]
PIECES = ["<b>", "</b>", "<p>", "</p>", "<br>", "<", ">", "&", "&lt;", "<!--", "-->", '<a href="']
texts = st.lists(
    st.sampled_from(PIECES)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
    | st.just("\n"),
    min_size=1,
    max_size=8,
).map("".join)
LONG = ("pending_reason", "solution")


class _Seen(HTMLParser):
    """The text of the elements that hold texts of agents, as it is written."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._depth = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._depth:
            self._depth += tag not in ("br", "hr")
        elif "cti-pre" in (dict(attrs).get("class") or "").split():
            self._depth = 1
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._depth -= bool(self._depth)

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.texts[-1] += data


def seen(page: Any) -> list[str]:
    return _Seen(page.html).texts


@given(texts)
@example("<bob@example.org>")
@example("a<b && c>d")
def test_a_typed_text_is_kept_to_the_letter(text: str) -> None:
    stored = stored_text(text)
    assert readable(stored) == text
    assert typed_text(stored) == text or (stored == text and not holds_markup(text))


@given(texts)
def test_nothing_is_lost_of_what_is_no_markup(text: str) -> None:
    if not holds_markup(text):
        assert readable(text) == text
        assert stored_text(text) == text


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>Write to <bob@example.org></p>", "<p>Write to &lt;bob@example.org&gt;</p>"),
        ("<p>if a<b && c>d</p>", "<p>if a&lt;b &amp;&amp; c&gt;d</p>"),
        ("<p>1 < 2</p>", "<p>1 &lt; 2</p>"),
        ("<div><o:p>From a mail</o:p></div>", "<div>From a mail</div>"),
        ("<p>a</p><!-- b -->", "<p>a</p>"),
        ("<style>p {}</style><p>a</p>", "<p>a</p>"),
        ('<p onclick="x()">y</p>', "<p>y</p>"),
    ],
)
def test_within_markup_only_markup_is_taken_as_such(html: str, shown: str) -> None:
    assert holds_markup(html)
    assert harmless(html) == shown


@pytest.fixture
def site(make_site: Any) -> Any:
    """A site with a person and a team."""
    built = make_site('timezone = "Europe/Paris"\n')
    built.add("Organization", name="Analytical Ltd")
    built.add("Person", name="Lovelace", first_name="Ada", org_id=1)
    built.add("Team", name="Service desk", org_id=1)
    built.add("lnkPersonToTeam", team_id=2, person_id=1)
    return built


@pytest.mark.parametrize("text", HARD)
def test_a_text_of_a_form_is_shown_and_edited_as_typed(site: Any, text: str) -> None:
    new = "/objects/new/UserRequest"
    sent = site.save(new, title="T", description=text, org_id="1", public_log=text, caller_id="1")
    assert sent.status == 303, sent.text
    page = site.get(sent.location)
    assert seen(page).count(text) == 2
    assert "alert(1)</script>" not in page.html
    assert 'onerror="' not in page.html
    form = f"{sent.location.split('?')[0]}/modify"
    assert site.get(form).fields["description"] == text
    # Saved again as it stands, nothing changes; saved with more, it has that.
    assert site.save(form).status == 303
    assert site.save(form, description=f"{text}\n{text}").status == 303
    assert f"{text}\n{text}" in seen(site.get(sent.location))
    history = site.get(f"{sent.location.split('?')[0]}?tab=history")
    assert f"{text}\n{text}" in seen(history)


def test_the_form_of_a_transition_keeps_texts_as_typed(site: Any) -> None:
    ticket = site.add("UserRequest", title="T", org_id=1, caller_id=1, description="x")
    page, text = f"/objects/UserRequest/{ticket}", "\n".join(VANISHED)
    ways = {"ev_assign": {"team_id": "2", "agent_id": "1"}, "ev_pending": {"pending_reason": text}}
    for way, typed in [*ways.items(), ("ev_assign", ways["ev_assign"])]:
        assert site.save(f"{page}/stimulus/{way}", **typed).status == 303
    assert site.save(f"{page}/stimulus/ev_resolve", solution=text).status == 303
    # Each where it stands now, and where it was written.
    assert seen(site.get(page)).count(text) == 4
    kinds = {code: schema()["UserRequest"].attributes[code].kind.value for code in LONG}
    assert kinds == {"pending_reason": "text", "solution": "html"}


def test_markup_of_another_system_shows_as_before_and_stays_markup(site: Any) -> None:
    html = "<p>One <b>two</b></p>"
    ticket = site.add("Incident", title="T", description=html, org_id=1, caller_id=1)
    path = f"/objects/Incident/{ticket}"
    assert f'<div class="cti-markup">{html}</div>' in site.get(path).html
    form = site.get(f"{path}/modify")
    assert form.fields["description"] == html
    assert "This text is formatted: it holds HTML." in form.text
    # Something else is changed, then a word of the text itself.
    assert site.submit(form, title="Other").status == 303
    assert site.stored("Incident", ticket)["description"] == html
    changed = html.replace("two", "three")
    assert site.save(f"{path}/modify", description=changed).status == 303
    assert f'<div class="cti-markup">{changed}</div>' in site.get(path).html


def test_a_refused_form_keeps_what_kind_of_text_it_holds(site: Any) -> None:
    html = "<p>One <b>two</b></p>"
    ticket = site.add("Incident", title="T", description=html, org_id=1, caller_id=1)
    path = f"/objects/Incident/{ticket}"
    refused = site.save(f"{path}/modify", title="", description=f"{html}<p>3</p>")
    assert refused.status == 400
    assert site.submit(refused, title="T").status == 303
    assert f'<div class="cti-markup">{html}<p>3</p></div>' in site.get(path).html


def test_a_preset_is_text(site: Any) -> None:
    address = "/objects/new/UserRequest?" + urlencode(
        {"title": "T", "org_id": 1, "caller_id": 1, "description": "Call from <b>Bob</b>"}
    )
    form = site.get(address)
    assert form.fields["description"] == "Call from <b>Bob</b>"
    sent = site.submit(form)
    assert sent.status == 303
    assert "Call from <b>Bob</b>" in seen(site.get(sent.location))


@pytest.mark.parametrize("text", VANISHED[:3])
def test_a_text_of_a_file_is_shown_as_it_stands(site: Any, tmp_path: Path, text: str) -> None:
    record = {
        "class": "UserRequest",
        "id": 7,
        "fields": {"title": "T", "org_id": 1, "description": text, "public_log": text},
    }
    file = tmp_path / "given.jsonl"
    file.write_text(json.dumps(record))
    assert site.command("data", "import", str(file)).exit_code == 0
    assert seen(site.get("/objects/UserRequest/7")).count(text) == 2


def test_the_text_of_many_is_kept_as_typed(site: Any) -> None:
    for _ in range(2):
        site.add("Incident", title="T", description="x", org_id=1, caller_id=1)
    url, text = "/objects/Incident/bulk-modify", "<b>bold</b>"
    token = next(f for f in site.get("/objects/Incident").forms if "csrf_token" in f.fields)
    asked = site.post(url, {"ids": "1,2", "csrf_token": token.fields["csrf_token"]})
    preview = site.post(url, {**asked.fields, "step": "preview", "description": text})
    assert f"Description: x → {text}" in preview.text
    assert site.post(url, {**preview.fields, "step": "store"}).status == 303
    assert text in seen(site.get("/objects/Incident/2"))


def test_an_entry_is_exported_as_it_was_typed(site: Any) -> None:
    person = site.add("Person", first_name="Ada", name="Byron", org_id=1)
    text = "<b>first</b>\n\nthird &amp; <br> last"
    ticket = {"title": "x", "description": "x", "org_id": 1, "caller_id": person}
    site.add("UserRequest", **ticket, public_log=text)
    exported = site.command("privacy", "export", f"tickets:Person:{person}").output
    assert "<b>first</b>\n" in exported
    assert "third &amp; <br> last\n" in exported
