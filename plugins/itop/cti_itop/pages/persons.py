"""The host's page about a person of iTop: in brief, with what plugins know, and a number to add."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import (
    Caller,
    Host,
    current_agent,
    masked_email,
    masked_number,
    masks_numbers,
    safe_return_url,
)
from cti_itop.hook_values import make_caller
from cti_itop.rest.classes import (
    ON_PANEL,
    PERSON_LABELS,
    PHONES,
    as_flag,
    person_codes,
    person_label,
)
from cti_itop.rest.client import ItopObject
from cti_itop.rest.errors import ItopForbidden, ItopProblem
from cti_itop.rest.links import Links
from cti_itop.rest.reader import Reader
from cti_itop.settings import is_limited

log = logging.getLogger("cti_host.plugin.itop")

PERSON = "Person"
_LONGEST = 100


@dataclass(frozen=True)
class _Field:
    """A field of a person that holds numbers, and what is in it now."""

    code: str
    label: str
    before: str
    chosen: bool = False


class PersonPages:
    """The pages of persons.

    :param more: attributes that callers carry beside the usual ones
    :param may_add: whether agents may add numbers, with the account of the host
    """

    def __init__(
        self, host: Host, reader: Reader, links: Links, more: Sequence[str], *, may_add: bool
    ) -> None:
        self._host, self._reader, self._links = host, reader, links
        self._display = host.settings.caller_information.display_name
        self._codes = [*self._display, *person_codes(PERSON), *more]
        self._more, self._may_add = more, may_add

    def add_to(self, blueprint: Blueprint) -> None:
        """Add the addresses of a person."""
        rule = f"/{PERSON}/<int:id_>"
        blueprint.add_url_rule(rule, "person", self.person)
        blueprint.add_url_rule(f"{rule}/number", "number", self.number, methods=["POST"])

    @staticmethod
    def number_form_url(caller: Caller, number: str, return_url: str) -> str | None:
        """The page of a person with a number to add; `None`: it isn't for this agent."""
        if caller.class_name != PERSON or is_limited() or masks_numbers():
            return None
        return url_for("itop.person", id_=caller.id, number=number[:_LONGEST], next=return_url)

    def person(self, id_: int) -> ResponseReturnValue:
        """A person in brief; with a number in the address, the way to add it."""
        number = "" if masks_numbers() else request.args.get("number", "")[:_LONGEST]
        return self._show(self._read(id_), number, request.args.get("next"))

    def number(self, id_: int) -> ResponseReturnValue:
        """Write a number into a field of a person, in iTop."""
        if not self._may_add or masks_numbers():
            abort(403, _("Numbers are added to persons in iTop."))
        one = self._read(id_)
        number, code = request.form.get("number", "")[:_LONGEST], request.form.get("field", "")
        back = request.form.get("next")
        if self._host.hooks.parse_number(number) is None:
            return self._show(one, number, back, _("This is not a phone number."), 400)
        if code not in PHONES:
            return self._show(one, number, back, _("Choose where the number belongs."), 400)
        if one.text(code) != request.form.get(f"before_{code}", ""):
            line = _("This person was changed meanwhile. Please look again.")
            return self._show(one, number, back, line, 409)
        comment = _("Number of a call, added by %(agent)s", agent=current_agent().name)
        try:
            self._reader.itop.update(PERSON, id_, {code: number}, comment=comment)
        except ItopForbidden as problem:
            log.error("a number was not added: %s", problem)
            line = _("The account of this host may not change persons in iTop.")
            return self._show(one, number, back, line, 403)
        except ItopProblem as problem:
            log.error("a number was not added: %s", problem)
            line = _("The number could not be added.")
            return self._show(one, number, back, f"{line} {problem.reason}".strip(), 503)
        log.info("modify %s %d of iTop by %r: %s", PERSON, id_, current_agent().name, code)
        flash(_("The number was added in iTop."), "success")
        return redirect(safe_return_url(back, url_for("itop.person", id_=id_)), 303)

    def _read(self, id_: int) -> ItopObject:
        """The person; 404 if there is none, or not for this agent."""
        if is_limited():
            abort(404, _("There is no such person, or no longer."))
        try:
            one = self._reader.one(PERSON, id_, self._codes)
        except ItopProblem as problem:
            log.error("a person: %s", problem)
            line = _("This person is not available right now.")
            abort(503, f"{line} {problem.reason}".strip())
        if one is None:
            abort(404, _("There is no such person, or no longer."))
        return one

    def _show(
        self, one: ItopObject, number: str, back: str | None, problem: str = "", status: int = 200
    ) -> ResponseReturnValue:
        caller = make_caller(one, self._display, self._codes)
        page = render_template(
            "cti_itop/person.html",
            caller=caller,
            facts=_facts(one, self._more),
            flags=[person_label(code) for code in self._more if as_flag(code, one.text(code))],
            number=number,
            fields=_fields(one, request.form.get("field", "")) if self._may_add else [],
            problem=problem,
            view_url=self._links.view(PERSON, one.id),
            modify_url=self._links.modify(PERSON, one.id),
            back=safe_return_url(back, ""),
            sections=self._host.hooks.person_sections(caller),
        )
        return page, status


def _facts(one: ItopObject, more: Sequence[str]) -> Mapping[str, str]:
    masks = {**dict.fromkeys(PHONES, masked_number), "email": masked_email}
    codes = [c for c in dict.fromkeys((*ON_PANEL, *more)) if as_flag(c, one.text(c)) is None]
    return {person_label(code): masks.get(code, str)(one.text(code)) for code in codes}


def _fields(one: ItopObject, chosen: str) -> list[_Field]:
    """Where the number may go: into the first field that is free, unless another one was chosen."""
    free = next((code for code in PHONES if not one.text(code)), "")
    return [
        _Field(code, str(PERSON_LABELS[code]), one.text(code), code == (chosen or free))
        for code in PHONES
    ]
