"""The page of an object, and what an agent does on that of a ticket: reply, assign, note a call."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cti_oql.schema import Kind
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import PanelSection, current_agent, current_host, masked_text, masks_numbers, writing
from cti_tickets.facts import Fact
from cti_tickets.hook_values import callers
from cti_tickets.model.form_plan import editable
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.attachments.reading import files_sent
from cti_tickets.pages.attachments.section import attachments_of
from cti_tickets.pages.call_strip import CALL, call_strip, page_url
from cti_tickets.pages.desk.assigning import AGENT, TEAM, assigning, way_to_assign
from cti_tickets.pages.desk.conversation import conversation
from cti_tickets.pages.form_pages import CREATION_KEY, FormPages, creation_key, has_creation_key
from cti_tickets.pages.forms import make_form
from cti_tickets.pages.history.timeline import read_timeline
from cti_tickets.pages.lists.object_links import is_referred, links_of
from cti_tickets.pages.merging.section import merging_of
from cti_tickets.pages.object_hub import hub_of
from cti_tickets.pages.object_page import ObjectView
from cti_tickets.pages.own_person.waiting import is_nobody, keep_waiting
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import CREATE, MODIFY, READ
from cti_tickets.store import objects
from cti_tickets.store.agents import contact_of
from cti_tickets.store.attachments import attachments
from cti_tickets.store.attachments.sent import Refused, received
from cti_tickets.store.calls import INBOUND, OUTBOUND, Unrecorded
from cti_tickets.store.computed import naive
from cti_tickets.store.concurrency.creation_keys import AlreadyCreated
from cti_tickets.store.concurrency.versions import Outdated
from cti_tickets.store.records import Records
from cti_tickets.store.state_rules import editing
from cti_tickets.store.transitions import NotPossible, apply_stimulus
from cti_tickets.store.values import InvalidValues

PHONE_CALL = "PhoneCall"

log_ = logging.getLogger("cti_host.plugin.tickets")


@dataclass(frozen=True)
class Reply:
    """What was typed into the box below a ticket's description, and why it wasn't stored."""

    log: str = ""
    text: str = ""
    problem: str = ""
    outdated: bool = False


class DeskPages(FormPages):
    """The page of an object, and the views behind that of a ticket.

    :param with_calls: the classes of tickets whose pages have the tab of phone calls
    """

    def __init__(
        self, records: Records, caller_class: str, with_calls: frozenset[str] = frozenset()
    ) -> None:
        super().__init__(records, caller_class)
        self._with_calls = with_calls

    def add_to(self, pages: Blueprint) -> None:
        """Add the views."""
        at = "/<class_name>/<int:id_>"
        pages.add_url_rule(at, "view", self.view)
        for name in ("reply", "assign", "note_call"):
            path = f"{at}/{name.replace('_', '-')}"
            pages.add_url_rule(path, name, getattr(self, name), methods=["POST"])

    def view(self, class_name: str, id_: int) -> ResponseReturnValue:
        """All attributes of an object; for a ticket its timeline too."""
        return self._page(self._view(class_name, id_), Reply())

    def reply(self, class_name: str, id_: int) -> ResponseReturnValue:
        """Add an entry to a log of a ticket, and files; or one of both."""
        view = self._view(class_name, id_, MODIFY)
        cls = self._schema[view.class_name]
        log, text = request.form.get("log", ""), request.form.get("text", "")
        form, problems = make_form(cls, [], self._records, {}), list[str]()
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
                problems += refused.problems
            except OSError as error:
                log_.error("files of tickets can't be written: %s", error.strerror)
                problems.append(_("Files can't be stored right now: tell your administrator."))
            except Outdated:
                again = Reply(log, text, outdated=True)
                return self._page(self._view(class_name, id_), again), 409
            else:
                return self._back(view)
        if sent:
            # No browser lets a page fill them in.
            problems.append(_("Please choose the files again."))
        problem = " ".join(problems)
        return self._page(self._view(class_name, id_), Reply(log, text, problem)), 400

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

    def assign(self, class_name: str, id_: int) -> ResponseReturnValue:
        """Give a ticket to somebody of a team: "3:12" is the person 12 of the team 3."""
        view = self._view(class_name, id_, MODIFY)
        cls = self._schema[view.class_name]
        stimulus = way_to_assign(cls, view.state, view.values)
        team, _colon, person = request.form.get("to", "").partition(":")
        version = request.form.get("version", "")
        if not self._is_sent_from_here(cls):
            problem = _("This page was open for too long. Please try again.")
            return self._page(self._view(class_name, id_), Reply(problem=problem)), 400
        if stimulus is None:
            return self._not_possible(cls, view)
        try:
            values = {TEAM: team, AGENT: person}
            author = current_agent()
            if stimulus:
                apply_stimulus(cls.name, id_, stimulus, values, author=author, version=version)
            else:
                rules = editing(cls)
                objects.update(cls.name, id_, values, author=author, rules=rules, version=version)
        except objects.NotFound:
            abort(404, _("There is no such object, or no longer."))
        except NotPossible:
            return self._not_possible(cls, view)
        except InvalidValues as error:
            for code, message in error.errors.items():
                label = cls.attributes[code].label if code in cls.attributes else code
                flash(f"{label}: {message}", "danger")
        except Outdated:
            sentence = _("Somebody else changed this in the meantime: look, and assign it again.")
            flash(f"{_('Nothing was saved yet.')} {sentence}", "warning")
        else:
            flash(_("Saved."), "success")
        return self._back(view)

    def note_call(self, class_name: str, id_: int) -> ResponseReturnValue:
        """Record a phone call about a ticket that the agent has now, or just had."""
        view = self._view(class_name, id_, READ)
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
            return self._page(view, Reply(problem=problems[0]), note), 400
        if agent is not None and is_nobody(agent):
            keep_waiting(Unrecorded(id_, flow, caller, note, naive(None)))
            return self._back(view)
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
        except AlreadyCreated:
            pass
        else:
            flash(_("Saved."), "success")
        return self._back(view)

    def _back(self, view: ObjectView) -> ResponseReturnValue:
        return redirect(page_url(view.class_name, view.id), 303)

    def _is_sent_from_here(self, cls: ClassDef) -> bool:
        """Whether a form has its token; asked after the rights, which are told first."""
        return bool(make_form(cls, [], self._records, {}).validate())

    def _page(self, view: ObjectView, reply: Reply, note: str = "") -> str:
        """The page of an object, as it is by now.

        :param note: what was typed about a phone call and not stored
        """
        tab = request.args.get("tab", "") if request.method == "GET" else ""
        cls = self._schema[view.class_name]
        access = current_access()
        shows_calls = (
            view.class_name in self._with_calls
            and view.calls is not None
            and bool(access.may(READ, PHONE_CALL))
        )
        tab = tab if tab == "history" or (tab == "calls" and shows_calls) else ""
        is_hub = view.ticket is None and not tab and is_referred(self._schema, cls)
        strip = call_strip(self._records, "next")
        shown = {
            "view": view,
            "links": links_of(self._lists, view.class_name, view.id, with_rows=is_hub),
            "shows_calls": shows_calls,
            "tab": tab,
            "strip": strip,
            "carried": {CALL: strip.url} if strip else {},
        }
        if view.ticket is None or tab:
            after = request.args.get("after", "")
            history = (
                read_timeline(self._records, cls, view.id, after) if tab == "history" else None
            )
            sections = [] if tab else self._sections(view)
            return render_template(
                "tickets/hub.html" if is_hub else "tickets/view.html",
                hub=hub_of(self._records, cls, view) if is_hub else None,
                timeline=history,
                sections=sections,
                merging=None if tab else merging_of(self._records, cls, view),
                **shown,
            )
        return render_template(
            "tickets/ticket.html",
            reply=reply,
            note=note,
            logs=self._logs_of(cls, view.state) if view.may_modify else {},
            conversation=conversation(self._records, cls, view.id, view.calls or ()),
            assigning=assigning(self._records, cls, view.state, view.values, current_agent()),
            may_note_call=bool(access.may(CREATE, PHONE_CALL)),
            creation_key=creation_key(),
            texts=_texts(cls, view.facts),
            facts=_facts(cls, view.facts, rare=False),
            rare=_facts(cls, view.facts, rare=True),
            message=_message(view),
            attachments=attachments_of(view),
            **shown,
        )

    def _logs_of(self, cls: ClassDef, state: str) -> Mapping[str, str]:
        """The logs that can be added to in a state, with their labels; as the form has them."""
        codes = [code for code in cls.form if code in cls.attributes]
        return {
            code: str(cls.attributes[code].label)
            for code in dict.fromkeys([*codes, *cls.attributes])
            if cls.attributes[code].kind is Kind.LOG and editable(cls, state, code)
        }

    def _sections(self, view: ObjectView) -> Sequence[PanelSection]:
        """What other plugins know of a person."""
        if not self._schema.is_a(view.class_name, self._caller_class):
            return []
        host = current_host()
        display = host.settings.caller_information.display_name
        found = callers(self._records, host.database, self._caller_class, [view.id], display)
        return host.hooks.person_sections(found[0]) if found else []


def _message(view: ObjectView) -> str:
    """What is pasted into a chat: which ticket, what about, and where it is."""
    address = url_for("tickets.view", class_name=view.class_name, id_=view.id, _external=True)
    about = f"{view.ticket.ref} {view.ticket.title}" if view.ticket else view.title
    return f"{masked_text(about) if masks_numbers() else about} {address}"


def _texts(cls: ClassDef, facts: Sequence[Fact]) -> list[Fact]:
    """The long texts of a ticket, what it is about first."""
    order = [*cls.form, *cls.attributes]
    return sorted((fact for fact in facts if fact.long), key=lambda fact: order.index(fact.code))


def _facts(cls: ClassDef, facts: Sequence[Fact], *, rare: bool) -> list[Fact]:
    """The short facts: those that the form of a new ticket begins with, or the rare others.

    What stands in the head of the page isn't told again.
    """
    often = [*(code for code in cls.form if cls.attributes[code].kind is not Kind.LOG), TEAM, AGENT]
    head = {"ref", "title", cls.lifecycle.attribute if cls.lifecycle else ""}
    found = [f for f in facts if not f.long and f.code not in head and (f.code in often) != rare]
    return sorted(found, key=lambda f: often.index(f.code)) if not rare else found
