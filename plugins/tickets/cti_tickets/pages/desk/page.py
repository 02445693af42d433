"""The page of an object; that of a ticket with its timeline and the box for a reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cti_oql.schema import Kind
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cti_host import PanelSection, current_agent, current_host, masked_text, masks_numbers
from cti_tickets.facts import Fact
from cti_tickets.hook_values import callers
from cti_tickets.model.form_plan import editable
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.attachments.section import attachments_of
from cti_tickets.pages.call_strip import CALL, call_strip, page_url
from cti_tickets.pages.desk.assigning import AGENT, TEAM, Assigning, assignable
from cti_tickets.pages.desk.conversation import conversation
from cti_tickets.pages.desk.reply_templates import Choices, reply_choices
from cti_tickets.pages.desk.typed import Note, Reply, typed_note, typed_reply
from cti_tickets.pages.form_pages import FormPages, creation_key
from cti_tickets.pages.history.timeline import read_timeline
from cti_tickets.pages.lists.object_links import is_referred, links_of
from cti_tickets.pages.merging.section import merging_of
from cti_tickets.pages.object_hub import hub_of
from cti_tickets.pages.object_page import ObjectView
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import CREATE, READ
from cti_tickets.store.records import Records

PHONE_CALL = "PhoneCall"


class DeskPage(FormPages):
    """The page of an object.

    :param with_calls: the classes of tickets whose pages have the tab of phone calls
    """

    def __init__(
        self, records: Records, caller_class: str, with_calls: frozenset[str] = frozenset()
    ) -> None:
        super().__init__(records, caller_class)
        self._with_calls = with_calls

    def view(self, class_name: str, id_: int) -> ResponseReturnValue:
        """All attributes of an object; for a ticket its timeline too."""
        return self._page(self._view(class_name, id_), Reply())

    def _page(
        self,
        view: ObjectView,
        reply: Reply,
        note: Note | None = None,
        choices: Sequence[Choices] | None = None,
        assigning: Assigning | None = None,
    ) -> str:
        """The page of an object, as it is by now.

        :param note: what was typed about a phone call; `None`: what was sent, if anything was
        :param choices: the templates for a reply, where they are known already
        :param assigning: the form that gives the ticket to somebody, where it is open
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
            note=typed_note() if note is None else note,
            choices=self._choices_of(cls, view) if choices is None else choices,
            logs=self._logs_of(cls, view.state) if view.may_modify else {},
            conversation=conversation(self._records, cls, view.id, view.calls or ()),
            assignable=assignable(cls, view.state, view.values, current_agent()),
            assigning=assigning,
            may_note_call=bool(access.may(CREATE, PHONE_CALL)),
            creation_key=creation_key(),
            texts=_texts(cls, view.facts),
            facts=_facts(cls, view.facts, rare=False),
            rare=_facts(cls, view.facts, rare=True),
            message=_message(view),
            attachments=attachments_of(view),
            **shown,
        )

    def _back(
        self, view: ObjectView, reply: Reply | None = None, note: Note | None = None
    ) -> ResponseReturnValue:
        """Lead back to the page of a ticket; with what was typed beside what was sent.

        :param reply: what is in the box now; `None`: what was sent
        :param note: what is typed about a phone call now; `None`: what was sent
        """
        reply = typed_reply() if reply is None else reply
        note = typed_note() if note is None else note
        if reply.text.strip() or note.text.strip() or reply.files_problem:
            return self._page(self._view(view.class_name, view.id), reply, note)
        return redirect(page_url(view.class_name, view.id), 303)

    def _choices_of(self, cls: ClassDef, view: ObjectView) -> list[Choices]:
        """The templates for a reply to a ticket; none for whoever may not reply."""
        logs = self._logs_of(cls, view.state) if view.may_modify else {}
        if not logs or view.ticket is None:
            return []
        agent = current_agent()
        return reply_choices(self._schema, view.ticket, view.caller, view.state, agent, logs)

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
