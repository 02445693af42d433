"""The box for a new entry, and the menu of its templates, as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import current_app
from markupsafe import Markup

from cti_host import escaped, filled_template, icon
from cti_host import translate as _
from cti_tickets.pages.attachments.section import Attachments
from cti_tickets.pages.desk.reply_templates import Choice, Choices
from cti_tickets.pages.desk.typed import DESK, Note, Reply

_TEMPLATE = "tickets/reply.html"
_EMPTY = Reply()


def reply_box(
    reply: Reply,
    note: Note,
    action: str,
    carried: Markup,
    logs: Mapping[str, str],
    attachments: Attachments,
    choices: Sequence[Choices],
) -> Markup:
    """The form for a new entry and files; nothing for whoever may add neither.

    :param note: what is typed about a phone call, which is sent along
    :param action: where it is sent
    :param carried: what each form of the page sends along
    :param logs: those that can be added to
    """
    if not logs and not attachments.may_add:
        return Markup()
    shared = {
        "logs": tuple(logs.items()),
        "may_add": attachments.may_add,
        "accept": attachments.accept,
        "largest": attachments.largest,
        "together": attachments.together,
        "hint": attachments.hint,
        "kinds": attachments.kinds,
        "problem": attachments.problem,
        "has_templates": bool(choices),
        "is_noted": bool(note.text),
        "desk": DESK,
    }
    own = {"action": action, "carried": carried, "menu": _menu(choices, logs)}
    if reply == _EMPTY:
        return filled_template(_TEMPLATE, {**shared, "reply": None, "told": ""}, own)
    # What wasn't stored is rare, and each is another one.
    told = _told(reply, logs) if reply.inserted else ""
    template = current_app.jinja_env.get_template(_TEMPLATE)
    return Markup(template.render(**shared, **own, reply=reply, told=told))  # noqa: S704 -- a template


def _told(reply: Reply, logs: Mapping[str, str]) -> str:
    """What is said of a template that has just been put into the box."""
    if reply.inserted is None:
        return ""
    told = _inserted(reply.inserted)
    if reply.inserted.log in ("", reply.log):
        return told
    return f"{told} {_meant(reply.inserted, logs)}"


def _menu(choices: Sequence[Choices], logs: Mapping[str, str]) -> Markup:
    """The templates, by language, as buttons of the form."""
    if not choices:
        return Markup()
    title = _("Templates")
    groups = [_group(one, logs, named=len(choices) > 1) for one in choices]
    return Markup(  # noqa: S704 -- every value is escaped
        '<details class="cti-menu cti-templates">\n'
        '  <summary class="btn btn-sm btn-outline-primary" aria-keyshortcuts="e">'
        f"{icon('file-text')} {title}</summary>\n"
        f'  <div class="cti-menu-items">\n{"".join(groups)}  </div>\n</details>\n'
    )


def _group(group: Choices, logs: Mapping[str, str], *, named: bool) -> str:
    name = escaped(group.name)
    above = (
        f'<p class="cti-eyebrow" lang="{escaped(group.language)}" aria-hidden="true">{name}</p>\n'
        if named
        else ""
    )
    buttons = "".join([_button(one, logs) for one in group.templates])
    return f'    <div role="group" aria-label="{name}">\n{above}{buttons}    </div>\n'


def _button(one: Choice, logs: Mapping[str, str]) -> str:
    return (
        f'      <button class="btn" type="submit" name="template" value="{escaped(one.value)}"'
        f' formnovalidate data-template="{escaped(one.text)}" data-log="{escaped(one.log)}"'
        f' data-done="{_inserted(one)}" data-meant="{_meant(one, logs)}">'
        f"{escaped(one.label)}</button>\n"
    )


def _inserted(choice: Choice) -> str:
    return _("Template in the box: %(label)s.", label=choice.label)


def _meant(choice: Choice, logs: Mapping[str, str]) -> str:
    return _("It is meant for: %(log)s.", log=logs[choice.log]) if choice.log else ""
