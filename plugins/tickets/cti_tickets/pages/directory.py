"""The pages with what keeps callers from being found, for administrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import current_agent
from cti_tickets.directory.findings import DirectoryReader, FindingKind, Listed
from cti_tickets.directory.received_calls import CallStore

# Of each kind, on the page with all of them; on the page of one kind; numbers that found nobody.
SHOWN, PAGE, NUMBERS = 20, 50, 100
# A page further on takes the database as long as all before it.
MOST_PAGES = 100_000


@dataclass(frozen=True)
class Section:
    """The findings of a kind, on one page of several."""

    kind: FindingKind
    title: str
    listed: Listed
    page: int = 1

    @property
    def first(self) -> int:
        """The number of the first finding that is shown."""
        return (self.page - 1) * PAGE + 1

    @property
    def last(self) -> int:
        """The number of the last one."""
        return self.first + len(self.listed.findings) - 1

    def url(self, page: int) -> str:
        """The address of a page of this kind."""
        return url_for("tickets.directory", kind=self.kind.value, page=page if page > 1 else None)


def directory_view(
    read: Callable[[], DirectoryReader], calls: CallStore
) -> Callable[[], ResponseReturnValue]:
    """The view of the pages.

    :param read: makes the reader of the report
    """

    def view() -> ResponseReturnValue:
        """What is wrong with the stored numbers, and how many calls find somebody.

        `?kind=shared&page=2` is a page of one kind of findings.
        """
        if not current_agent().is_administrator:
            abort(403, _("Only administrators see what is wrong with the directory."))
        directory = read()
        kind, page = request.args.get("kind"), request.args.get("page", 1, int)
        if kind is None:
            sections = [
                Section(each, title, directory.listed(each, SHOWN))
                for each, title in titles().items()
            ]
            persons, statistics = directory.persons(), calls.statistics(NUMBERS)
            return render_template(
                "tickets/directory.html", persons=persons, sections=sections, calls=statistics
            )
        if kind not in [each.value for each in FindingKind] or not 1 <= page <= MOST_PAGES:
            abort(404)
        found = directory.listed(FindingKind(kind), PAGE, (page - 1) * PAGE)
        section = Section(FindingKind(kind), titles()[FindingKind(kind)], found, page)
        return render_template("tickets/directory_kind.html", section=section)

    return view


def titles() -> Mapping[FindingKind, str]:
    """The headings of the kinds, in the order of the report."""
    return {
        FindingKind.UNREADABLE: _("Numbers that can never match"),
        FindingKind.SEVERAL: _("Two numbers in one field"),
        FindingKind.SHARED: _("Numbers that several persons have"),
        FindingKind.TWICE: _("Persons who are there twice"),
    }
