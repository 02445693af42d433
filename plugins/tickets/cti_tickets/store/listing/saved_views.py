"""Views of lists: an agent's own, those that are shared, and which one a list begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

import peewee
from flask_babel import gettext as _

from cti_host import Agent, writing
from cti_tickets.model.classes.registry import DefaultView, SavedView
from cti_tickets.store.values import MAX_ID, NOT_TEXT

# To whom a shared view belongs whose agent is gone: to nobody, so administrators change it.
NOBODY = ""
# So many views an agent may keep of a class.
MOST_VIEWS = 30
LONGEST_NAME = 60
# What an address may hold, and far more than anybody chooses.
LONGEST_ARGUMENTS = 4000


@dataclass(frozen=True)
class View:
    """A view that an agent sees.

    :param arguments: its filters, order and columns, by their names in an address
    :param own: whether it is the agent's own
    :param may_change: whether the agent may change or delete it
    """

    id: int
    class_name: str
    name: str
    arguments: Mapping[str, str]
    shared: bool
    own: bool
    may_change: bool


class ViewRefused(ValueError):
    """A view can't be saved so; its text says why."""


def views_of(agent: Agent, class_name: str = "") -> list[View]:
    """The views of a class that an agent sees, their own first; "": of all classes."""
    # Compared, since an index finds what is equal to something.
    shared: Any = SavedView.shared.in_([True])
    seen = (SavedView.account == agent.name) | shared
    query: Any = SavedView.select().where(seen)
    if class_name:
        query = query.where(SavedView.class_name == class_name)
    views = [_view(agent, row) for row in query]
    return sorted(views, key=lambda view: (not view.own, view.name.casefold(), view.id))


def default_of(agent: Agent, class_name: str) -> str:
    """The view that the list of a class begins with for an agent: "" without one."""
    query: Any = DefaultView.select(DefaultView.view).where(_default(agent, class_name))
    row = query.tuples().first()
    return str(row[0]) if row else ""


def set_default(agent: Agent, class_name: str, view: str) -> None:
    """Let the list of a class begin with a view for an agent; with "", with none."""
    with writing():
        DefaultView.delete().where(_default(agent, class_name)).execute()
        if view:
            DefaultView.create(account=agent.name, class_name=class_name, view=view)


def save_view(
    agent: Agent,
    class_name: str,
    name: str,
    arguments: Mapping[str, str],
    *,
    shared: bool = False,
    changes: int | None = None,
) -> int:
    """Save a view, and return its id.

    :param shared: whether everybody sees it; only administrators share
    :param changes: the id of the view that becomes this one; `None`: a new one
    :raises ViewRefused: its name is empty, too long or taken, or there are too many
    :raises LookupError: there is no such view that the agent may change
    """
    name = " ".join(name.split())
    _check_name(name)
    text = urlencode(arguments)
    if len(text) > LONGEST_ARGUMENTS:
        raise ViewRefused(_("This view says too much to be saved. Take some filters away."))
    try:
        with writing():
            return _store(agent, class_name, name, text, shared, changes)
    except peewee.IntegrityError:
        # Of two pages that send the same name at once, the second one comes here.
        raise ViewRefused(_taken(name)) from None


def delete_view(agent: Agent, class_name: str, view_id: int) -> None:
    """Delete a view. A list that began with it begins with none.

    :raises LookupError: there is no such view that the agent may change
    """
    with writing():
        row = _changeable(agent, class_name, view_id)
        begins: Any = DefaultView.class_name == class_name
        DefaultView.delete().where(begins, DefaultView.view == str(row.id)).execute()
        row.delete_instance()


def views_kept_by(accounts: Sequence[str]) -> list[View]:
    """The views of agents by the names that they sign in with."""
    theirs: Any = SavedView.account.in_(list(accounts))
    rows = SavedView.select().where(theirs).order_by(SavedView.id)
    return [_view(Agent(row.account, row.account), row) for row in rows]


def forget_accounts(accounts: Sequence[str], *, dry_run: bool) -> tuple[int, int]:
    """Delete the views of agents who are gone; what they shared stays, and belongs to nobody.

    :param accounts: the names that they signed in with
    :param dry_run: whether only to count
    :return: how many go, and how many stay
    """
    views = views_kept_by(accounts)
    own = [view.id for view in views if not view.shared]
    shared = [view for view in views if view.shared]
    if not dry_run and accounts:
        with writing():
            SavedView.delete().where(SavedView.id.in_(own)).execute()
            DefaultView.delete().where(DefaultView.account.in_(list(accounts))).execute()
            for view in shared:
                name = _free_name(view)
                values = {SavedView.account: NOBODY, SavedView.name: name}
                SavedView.update(values).where(SavedView.id == view.id).execute()
    return len(own), len(shared)


def _free_name(view: View) -> str:
    """A name that no other view of nobody has in the same list."""
    of_nobody = (SavedView.account == NOBODY) & (SavedView.class_name == view.class_name)
    rows: Any = SavedView.select(SavedView.name).where(of_nobody).tuples()
    taken = {row[0] for row in rows}
    name, number = view.name, 1
    while name in taken:
        number += 1
        ending = f" ({number})"
        name = view.name[: LONGEST_NAME - len(ending)] + ending
    return name


def _store(
    agent: Agent, class_name: str, name: str, text: str, shared: bool, changes: int | None
) -> int:
    shared = shared and agent.is_administrator
    row = _changeable(agent, class_name, changes) if changes is not None else None
    account = row.account if row else agent.name
    of_owner = (SavedView.account == account) & (SavedView.class_name == class_name)
    namesake: Any = SavedView.select().where(of_owner, SavedView.name == name)
    if [one for one in namesake if row is None or one.id != row.id]:
        raise ViewRefused(_taken(name))
    if row is None:
        if SavedView.select().where(of_owner).count() >= MOST_VIEWS:
            raise ViewRefused(
                _(
                    "You keep %(count)s views of this list, more are not possible. Delete one.",
                    count=MOST_VIEWS,
                )
            )
        row = SavedView(account=account, class_name=class_name)
    row.name, row.arguments, row.shared = name, text, shared
    row.save()
    return int(row.id)


def _check_name(name: str) -> None:
    if not name:
        raise ViewRefused(_("Give the view a name."))
    if len(name) > LONGEST_NAME:
        raise ViewRefused(_("The name is too long: at most %(count)s characters.",
                            count=LONGEST_NAME))  # fmt: skip
    if NOT_TEXT.search(name):
        raise ViewRefused(_("The name holds characters that are no text."))


def _taken(name: str) -> str:
    return str(_("There is a view called “%(name)s” already.", name=name))


def _changeable(agent: Agent, class_name: str, view_id: int) -> SavedView:
    row = None
    if 0 < view_id <= MAX_ID:
        of_class: Any = SavedView.class_name == class_name
        row = SavedView.get_or_none(of_class, SavedView.id == view_id)
    if row is None or not _view(agent, row).may_change:
        raise LookupError(view_id)
    found: SavedView = row
    return found


def _view(agent: Agent, row: SavedView) -> View:
    own, shared = row.account == agent.name != NOBODY, bool(row.shared)
    arguments = dict(parse_qsl(str(row.arguments)))
    may_change = own or (shared and agent.is_administrator)
    return View(row.id, row.class_name, row.name, arguments, shared, own, may_change)


def _default(agent: Agent, class_name: str) -> Any:
    return (DefaultView.account == agent.name) & (DefaultView.class_name == class_name)
