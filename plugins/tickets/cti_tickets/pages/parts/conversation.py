"""What happened to a ticket, as HTML."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from cti_host import escaped, icon, time_element
from cti_host import translate as _
from cti_tickets.pages.desk.conversation import Conversation
from cti_tickets.pages.history.texts import Line
from cti_tickets.pages.history.timeline import Happening

_ICONS = {"change": "pencil", "log": "chat-left-text", "call": "telephone"}
# So many changed attributes are shown at once; of more, when somebody asks for them.
_MOST_LINES = 4


def conversation_of(conversation: Conversation) -> Markup:
    """The timeline, newest first."""
    if not conversation.happenings:
        nothing = _("Nothing is recorded.")
        return Markup(f'<p class="cti-empty">{nothing}</p>')  # noqa: S704 -- a text of a catalogue
    told = "".join([_happening(one) for one in conversation.happenings])
    return Markup(f'<ol class="list-unstyled cti-timeline">\n{told}</ol>\n')  # noqa: S704 -- every value is escaped


def _happening(one: Happening) -> str:
    title = escaped(one.title)
    if one.url:
        title = f'<a href="{escaped(one.url)}">{title}</a>'
    private = " cti-log-private" if one.private else ""
    text = f'<p class="cti-pre mb-0">{escaped(one.text)}</p>' if one.text else ""
    # What a new ticket has stands on the page itself.
    lines = _lines(one.lines) if one.lines and one.code != "create" else ""
    return (
        f'  <li><article class="cti-log cti-log-{one.kind}{private}">\n'
        f'    <p class="cti-eyebrow">{icon("lock" if private else _ICONS[one.kind])}'
        f" <strong>{title}</strong> · {escaped(one.who or '–')}"
        f" · {time_element(one.moment)}</p>\n"
        f"{text}{lines}  </article></li>\n"
    )


def _lines(lines: Sequence[Line]) -> str:
    colon = _(":")
    told = []
    for line in lines:
        was = f'<del class="cti-pre">{escaped(line.was)}</del> → ' if line.was else ""
        now = f'<ins class="cti-pre">{escaped(line.now or "–")}</ins>'
        told.append(f"<li>{escaped(line.label)}{colon} {was}{now}</li>")
    listed = f'<ul class="cti-changes">{"".join(told)}</ul>\n'
    if len(lines) <= _MOST_LINES and not any(line.long for line in lines):
        return listed
    summary = _("%(count)s attributes", count=len(lines))
    return f"<details><summary>{summary}</summary>{listed}</details>\n"
