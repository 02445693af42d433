"""Which objects of a list are meant: those that were ticked, or all that it finds."""

from __future__ import annotations

import re

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from cti_host import safe_return_url
from cti_tickets.facts import list_url
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.lists.reader import ListReader
from cti_tickets.store.values import MAX_ID

# So many objects can be seen through before they are changed.
MOST_SELECTED = 1000
ALL = "all"
_IDS = re.compile(r"[0-9]{1,10}(?:,[0-9]{1,10})*")


def selected(lists: ListReader, cls: ClassDef) -> list[int]:
    """The ids that are meant by a form; of all that a list finds, at most one more than may be."""
    if request.form.get("which") != ALL:
        return _ticked(request.form)
    filters = lists.filters(cls, request.args)
    return lists.query(cls, filters.conditions, "id").ids(MOST_SELECTED + 1)


def refuse_selection(cls: ClassDef, count: int) -> ResponseReturnValue:
    """Lead back to the list: nothing is selected, or too much."""
    if count:
        text = _(
            "At most %(count)s objects can be changed at once. Filter the list first.",
            count=MOST_SELECTED,
        )
    else:
        text = _("Nothing is selected. Tick the objects that you mean.")
    flash(text, "warning")
    return redirect(back_to_list(cls), 303)


def back_to_list(cls: ClassDef) -> str:
    """The list from which somebody came."""
    return safe_return_url(request.form.get("next"), list_url(cls, {}))


def _ticked(form: MultiDict[str, str]) -> list[int]:
    """The ids that a form names, each once, in order; what is no id is left out."""
    given = ",".join(text for text in form.getlist("ids") if _IDS.fullmatch(text))
    ids = [int(text) for text in given.split(",") if text]
    return [id_ for id_ in dict.fromkeys(ids) if 0 < id_ <= MAX_ID]
