"""The page of an object; that of a ticket with its timeline and the box for a reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cti_oql.schema import Kind
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from cti_host import (
    PanelSection,
    current_agent,
    current_host,
    filled_template,
    masked_text,
    masks_numbers,
)
from cti_tickets.facts import Fact
from cti_tickets.hook_values import callers
from cti_tickets.model.form_plan import editable
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.attachments.section import attachments_of
from cti_tickets.pages.call_strip import CALL, CallStrip, call_strip, page_url
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
from cti_tickets.pages.parts.conversation import conversation_of
from cti_tickets.pages.parts.facts import facts_of, texts_of
from cti_tickets.pages.parts.head import carry, object_head, own_page
from cti_tickets.pages.parts.related import related_lists
from cti_tickets.pages.parts.reply_box import reply_box
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import CREATE, READ
from cti_tickets.store.attachments.attachments import are_any
from cti_tickets.store.calls import OUTBOUND
from cti_tickets.store.questions import Questions
from cti_tickets.store.records import Records

PHONE_CALL = "PhoneCall"
# The form that all buttons of the page of a ticket send.
DESK_FORM = "reply"


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
        strip = call_strip(self._records, "next")
        carried = {CALL: strip.url} if strip else {}
        if view.ticket is None or tab:
            return self._object(cls, view, tab, strip, carried, shows_calls=shows_calls)
        logs = self._logs_of(cls, view.state) if view.may_modify else {}
        note = typed_note() if note is None else note
        questions = Questions()
        are_any_files = are_any(view.id, questions)
        links = links_of(self._lists, view.class_name, view.id, questions=questions)
        files = attachments_of(view, are_any_files)
        sent = carry(view.version, carried)
        # All that is sent goes by one form, so that what is typed beside it comes along.
        form = DESK_FORM if logs or files.may_add else ""
        way = assignable(self._records, cls, view.state, view.values, current_agent())
        told = conversation(self._records, cls, view, view.calls or ())
        if choices is None:
            choices = self._choices_of(cls, view, logs)
        to_reply = own_page(view, "tickets.reply", {})
        return render_template(
            "tickets/ticket.html",
            view=view,
            failed=assigning is not None or (reply.failed and not reply.inserted),
            strip=strip,
            carried=sent,
            form=form,
            head=object_head(
                view, links, carried, shows_calls=shows_calls, assignable=way, form=form
            ),
            texts=texts_of(_texts(cls, view.facts)),
            reply_box=reply_box(reply, note, to_reply, sent, logs, files, choices),
            attachments=files,
            conversation=conversation_of(told),
            older_url=own_page(view, "tickets.view", carried, tab="history") if told.more else "",
            assigning=assigning,
            assign_url=_assign_url(view, carried) if way and way.has_people else "",
            facts=facts_of(_facts(cls, view.facts, rare=False)),
            rare=facts_of(_facts(cls, view.facts, rare=True)),
            more=self._more(view, sent, note, form),
            related=related_lists(links),
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

    def _object(
        self,
        cls: ClassDef,
        view: ObjectView,
        tab: str,
        strip: CallStrip | None,
        carried: Mapping[str, str],
        *,
        shows_calls: bool,
    ) -> str:
        """The page of an object that is no ticket, or a tab of one that is."""
        is_hub = not tab and is_referred(self._schema, cls)
        links = links_of(self._lists, view.class_name, view.id, with_rows=is_hub)
        hub = hub_of(self._records, cls, view) if is_hub else None
        merging = None if tab else merging_of(self._records, cls, view)
        after = request.args.get("after", "")
        return render_template(
            "tickets/hub.html" if is_hub else "tickets/view.html",
            view=view,
            links=links,
            head=object_head(
                view,
                links,
                carried,
                tab=tab,
                shows_calls=shows_calls,
                hub=hub,
                merging=merging,
            ),
            related=Markup() if tab or is_hub else related_lists(links),
            hub=hub,
            timeline=(
                read_timeline(self._records, cls, view.id, after) if tab == "history" else None
            ),
            sections=[] if tab else self._sections(view),
            merging=merging,
            tab=tab,
            strip=strip,
        )

    def _more(self, view: ObjectView, carried: Markup, note: Note, form: str) -> Markup:
        """What is folded below the facts of a ticket: a note of a call, and the link to copy.

        :param carried: what each form of the page sends along
        :param note: what was typed about a phone call and not stored
        :param form: the form of the page that sends it; "": it has one of its own
        """
        may_note = bool(current_access().may(CREATE, PHONE_CALL))
        return filled_template(
            "tickets/ticket_more.html",
            {
                "may_note_call": may_note,
                "is_typed": bool(note.text),
                "is_outbound": note.flow == OUTBOUND,
                "form": form,
            },
            {
                "note_url": own_page(view, "tickets.note_call", {}),
                "carried": carried,
                "creation_key": creation_key() if may_note else "",
                "note": note.text,
                "message": _message(view),
            },
        )

    def _choices_of(
        self, cls: ClassDef, view: ObjectView, logs: Mapping[str, str]
    ) -> list[Choices]:
        """The templates for a reply to a ticket; none for whoever may not reply.

        :param logs: those that whoever sees it may add to
        """
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


def _assign_url(view: ObjectView, carried: Mapping[str, str]) -> str:
    """Where the ticket is given to somebody, of whoever sees it in this version."""
    url = own_page(view, "tickets.assign", carried)
    return f"{url}{'&' if carried else '?'}version={view.version}"


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
