"""What an agent does on the page of a ticket: reply, note a call."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import current_agent, large_form, writing
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.attachments.reading import files_sent
from cti_tickets.pages.attachments.section import together
from cti_tickets.pages.desk.assign_page import AssignPage
from cti_tickets.pages.desk.page import PHONE_CALL
from cti_tickets.pages.desk.reply_templates import choice_of, with_template
from cti_tickets.pages.desk.typed import Note, Reply, choose_again, typed_reply
from cti_tickets.pages.form_pages import CREATION_KEY, has_creation_key
from cti_tickets.pages.forms import make_form
from cti_tickets.pages.object_page import ObjectView
from cti_tickets.pages.own_person.waiting import is_nobody, keep_waiting
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import CREATE, MODIFY, READ
from cti_tickets.store import objects
from cti_tickets.store.agents import contact_of
from cti_tickets.store.attachments import attachments
from cti_tickets.store.attachments.sent import Refused, received
from cti_tickets.store.attachments.sizes import size_text
from cti_tickets.store.calls import INBOUND, OUTBOUND, Unrecorded
from cti_tickets.store.computed import naive
from cti_tickets.store.concurrency.creation_keys import AlreadyCreated
from cti_tickets.store.concurrency.versions import Outdated
from cti_tickets.store.state_rules import editing
from cti_tickets.store.values import InvalidValues

log_ = logging.getLogger("cti_host.plugin.tickets")
# The button of a template sends the form of the box with this: nothing is stored.
_TEMPLATE = "template"


class DeskPages(AssignPage):
    """The page of an object, and the views behind that of a ticket."""

    def add_to(self, pages: Blueprint) -> None:
        """Add the views."""
        at = "/<class_name>/<int:id_>"
        pages.add_url_rule(at, "view", self.view)
        pages.add_url_rule(f"{at}/assign", "assign", self.assign, methods=["GET", "POST"])
        for name in ("reply", "note_call"):
            path = f"{at}/{name.replace('_', '-')}"
            pages.add_url_rule(path, name, getattr(self, name), methods=["POST"])

    def reply(self, class_name: str, id_: int) -> ResponseReturnValue:
        """Add an entry to a log of a ticket, and files; or one of both."""
        view = self._ticket(class_name, id_, MODIFY)
        cls = self._schema[view.class_name]
        too_large = large_form() is not None
        log, text = request.form.get("log", ""), request.form.get("text", "")
        if _TEMPLATE in request.form:
            return self._with_template(view, Reply(log, text))
        if too_large:
            reply = Reply(log, text, files_problem=_too_large())
            return self._page(self._view(class_name, id_), reply), 413
        form, problems = make_form(cls, [], self._records, {}), list[str]()
        files_problems: list[str] = []
        sent = files_sent()
        if self._submitted(form, problems, view):
            try:
                entry = self._entry(cls, view, log, text, needed=not sent)
                with received(sent) as files, writing():
                    if entry:
                        objects.update(
                            cls.name,
                            id_,
                            entry,
                            author=current_agent(),
                            rules=editing(cls),
                            version=request.form["version"],
                        )
                    if files:
                        attachments.add(cls.name, id_, files, author=current_agent())
            except objects.NotFound:
                abort(404, _("There is no such object, or no longer."))
            except InvalidValues as error:
                problems += [*error.errors.values()]
            except Refused as refused:
                files_problems += refused.problems
            except OSError as error:
                log_.error("files of tickets can't be written: %s", error.strerror)
                files_problems.append(
                    _("Files can't be stored right now: tell your administrator.")
                )
            except Outdated:
                again = Reply(log, text, files_problem=choose_again(), outdated=True)
                return self._page(self._view(class_name, id_), again), 409
            else:
                return self._back(view, Reply())
        files_problem = " ".join([*files_problems, choose_again()]).strip()
        reply = Reply(log, text, " ".join(problems), files_problem)
        return self._page(self._view(class_name, id_), reply), 400

    def _with_template(self, view: ObjectView, reply: Reply) -> ResponseReturnValue:
        """The page once more, with a template in the box, below what was typed.

        That is for browsers without JavaScript. The text is sent by POST: addresses are kept.
        """
        cls, value = self._schema[view.class_name], request.form[_TEMPLATE]
        sent_from_here = self._is_sent_from_here(cls)
        view = self._view(view.class_name, view.id)
        choices = self._choices_of(cls, view, self._logs_of(cls, view.state))
        choice = choice_of(choices, value)
        if choice is None or not sent_from_here:
            problem = (
                _("This template is not offered here, or no longer.")
                if sent_from_here
                else _("This page was open for too long. Please try again.")
            )
            again = replace(reply, problem=problem, files_problem=choose_again())
            return self._page(view, again, choices=choices), 400
        # A text that is there already may be meant for the log that was chosen for it.
        log = reply.log if reply.text.strip() else choice.log or reply.log
        text = with_template(reply.text, choice.text)
        inserted = Reply(log, text, files_problem=choose_again(), inserted=choice)
        return self._page(view, inserted, choices=choices)

    def _entry(
        self, cls: ClassDef, view: ObjectView, log: str, text: str, *, needed: bool
    ) -> Mapping[str, str]:
        """The text of a reply by its log; empty if only files were sent.

        :raises InvalidValues: there is none, or no such log in the present state
        """
        if not text.strip() and not needed:
            return {}
        if log not in self._logs_of(cls, view.state):
            raise InvalidValues({log: _("That is not possible in the present state.")})
        if not text.strip():
            raise InvalidValues({log: _("Please write something first.")})
        return {log: text}

    def note_call(self, class_name: str, id_: int) -> ResponseReturnValue:
        """Record a phone call about a ticket that the agent has now, or just had."""
        view = self._ticket(class_name, id_, READ)
        access = current_access()
        access.require(CREATE, PHONE_CALL)
        agent, flow = current_agent(), request.form.get("flow", "")
        note, caller = request.form.get("note", ""), view.values.get("caller_id")
        problems: list[str] = []
        if flow not in (INBOUND, OUTBOUND):
            flow = INBOUND
        if not self._is_sent_from_here(self._schema[view.class_name]):
            problems.append(_("This page was open for too long. Please save again."))
        if problems or not has_creation_key(problems):
            return self._page(view, typed_reply(problems[0]), Note(note, flow)), 400
        if agent is not None and is_nobody(agent):
            keep_waiting(Unrecorded(id_, flow, caller, note, naive(None)))
            return self._back(view, note=Note())
        values = {"ticket_id": id_, "contact_id": caller, "agent_id": contact_of(agent)}
        try:
            objects.create(
                PHONE_CALL,
                {**values, "flow": flow, "note": note},
                author=agent,
                key=request.form[CREATION_KEY],
            )
        except InvalidValues as error:
            sentences = "; ".join(error.errors.values())
            flash(f"{_('Nothing was saved yet.')} {sentences}", "danger")
            return self._back(view, note=Note(note, flow))
        except AlreadyCreated:
            pass
        else:
            flash(_("Saved."), "success")
        return self._back(view, note=Note())


def _too_large() -> str:
    """What to say of files that are more than a request may have."""
    most = size_text(together())
    text = _("The files are larger than %(all)s: choose smaller ones, or fewer at once.", all=most)
    return str(text)
