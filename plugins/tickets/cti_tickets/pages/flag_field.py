"""The field of a yes or no: a check."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import Field
from wtforms.widgets import CheckboxInput, HiddenInput

from cti_tickets.facts import is_yes

_NO, _YES = "0", "1"


class FlagInput(CheckboxInput):  # type: ignore[misc]  # wtforms ships no types
    """A check behind a hidden field."""

    def __call__(self, field: Field, **options: Any) -> Markup:
        """Render both."""
        hidden: Markup = HiddenInput()(field, id=False, value=_NO)
        check: Markup = super().__call__(field, value=_YES, **options)
        return hidden + check


class FlagField(Field):  # type: ignore[misc]  # wtforms ships no types
    """Yes or no as a check; its data is "1" or "0", or what was sent instead of them.

    Browsers don't send a check that isn't ticked. A hidden field before it says that it was there:
    a form without it leaves what is stored as it is.
    """

    widget = FlagInput()

    def process_data(self, value: Any) -> None:
        """Take a stored value, or the text of a preset."""
        self.data = self.object_data = _YES if is_yes(value) else _NO

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was sent: the check stands behind the hidden field."""
        if valuelist:
            self.data = valuelist[-1]

    @staticmethod
    def said(text: str) -> str:
        """A yes or no as agents read it."""
        return str(_("No") if text == _NO else _("Yes"))

    @property
    def checked(self) -> bool:
        """Whether the check is ticked."""
        return bool(self.data != _NO)
