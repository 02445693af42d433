"""The addresses of iTop's own pages."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from markupsafe import escape

from cti_itop.rest.classes import HTML, LOGS, TICKETS

# Preset, it would switch iTop's whole form to the rules of that state.
NEVER_PRESET = "status"


class Links:
    """The addresses of one iTop.

    :param url: where it is, without a slash at the end
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.page = f"{url}/pages/UI.php"

    def view(self, class_name: str, id_: int) -> str:
        """An object, in iTop."""
        return self._at(operation="details", **{"class": class_name, "id": str(id_)})

    def modify(self, class_name: str, id_: int) -> str:
        """The form that changes an object, in iTop."""
        return self._at(operation="modify", **{"class": class_name, "id": str(id_)})

    def create(self, class_name: str, values: Mapping[str, str]) -> str:
        """The form of a new object, in iTop, filled with values.

        :param values: attribute code to plain text
        """
        presets = {
            f"default[{code}]": _as_html(text) if _is_html(class_name, code) else text
            for code, text in values.items()
            if code != NEVER_PRESET
        }
        return self._at(operation="new", **{"class": class_name, **presets})

    def _at(self, **parameters: str) -> str:
        return f"{self.page}?{urlencode(parameters)}"


def _is_html(class_name: str, code: str) -> bool:
    return code in LOGS or (code in HTML and class_name in TICKETS)


def _as_html(text: str) -> str:
    """Plain text as iTop's editor takes it: without markup of its own, with its line breaks."""
    return "<br>".join(str(escape(line)) for line in text.splitlines())
