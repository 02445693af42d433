"""The prompt of `cti-host oql`: queries typed one after the other, with completion."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import click
import peewee
from cti_oql import Oql, OqlError, OqlSyntaxError
from cti_oql.syntax.parse import parse
from cti_oql.tools.classes import class_lines, classes_lines
from cti_oql.tools.completion import Completer
from cti_oql.tools.error_text import shown
from cti_oql.tools.explain import explain
from flask import current_app
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.completion import Completer as PromptCompleter
from prompt_toolkit.completion import Completion as PromptCompletion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from cti_host import current_host
from cti_tickets.commands.oql_parameters import parameters
from cti_tickets.model.data_model import schema
from cti_tickets.store.records import FRIENDLYNAME, Records

# Who wants more of a result asks without the prompt.
MOST_SHOWN = 100
HELP = """\
A query ends where it is complete, or with an empty line. Tab completes, arrow up brings back.
\\explain QUERY    how a query is answered
\\classes          the classes
\\class NAME       the attributes of a class
\\param NAME=VALUE a parameter for the queries that follow; alone: those there are
\\q                leave (as Ctrl-D)"""


class Prompt:
    """Asks for queries and answers them, until it is left.

    :param values: the parameters of the command line
    """

    def __init__(self, oql: Oql, values: dict[str, Any], history: History | None = None) -> None:
        self._oql = oql
        self._values = dict(values)
        known = [*values, *current_host().settings.url_parameters.values()]
        completer = Completer(oql.schema, list(dict.fromkeys(known)))
        self.session: PromptSession[str] = PromptSession(
            completer=_Offer(completer, oql),
            complete_while_typing=False,
            history=history or InMemoryHistory(),
            key_bindings=_keys(),
            multiline=True,
            prompt_continuation="...> ",
        )
        self._commands: dict[str, Callable[[str], Iterable[str]]] = {
            "\\explain": self._explain,
            "\\classes": lambda _rest: classes_lines(oql.schema),
            "\\class": lambda rest: class_lines(oql.schema, rest),
            "\\param": self._param,
            "\\help": lambda _rest: HELP.splitlines(),
        }

    def run(self) -> None:
        """Ask until Ctrl-D or `\\q`."""
        click.echo("OQL. \\help tells what there is, \\q leaves.")
        while True:
            try:
                text = self.session.prompt("oql> ").strip()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            if text in ("\\q", "\\quit"):
                return
            if text:
                self._answer(text)

    def _answer(self, text: str) -> None:
        try:
            # What a context collects, it collects for one query only.
            with current_app.app_context():
                for line in self._lines(text):
                    click.echo(line)
        except OqlError as error:
            click.echo(shown(error))
        except click.ClickException as error:
            click.echo(error.message)
        except peewee.PeeweeException as error:
            click.echo(f"the database refused: {error}")
        except KeyboardInterrupt:
            click.echo("stopped")

    def _lines(self, text: str) -> Iterable[str]:
        if not text.startswith("\\"):
            return self._find(text)
        name, _blank, rest = text.partition(" ")
        command = self._commands.get(name)
        if command is None:
            return [f"there is no {name}; \\help tells what there is"]
        return command(rest.strip())

    def _find(self, text: str) -> Iterator[str]:
        database = current_host().database
        start = perf_counter()
        page = self._oql.page(database, text, self._values, limit=MOST_SHOWN, offset=0)
        seconds = perf_counter() - start
        ids = [id_ for _class_name, id_ in page.keys]
        records = Records(schema())
        class_name = self._oql.resolve(text).class_name
        for record in records.load(database, class_name, ids, [FRIENDLYNAME]):
            yield f"{record.class_name}::{record.id}  {record.text(FRIENDLYNAME)}"
        if page.total > len(page.keys):
            yield f"… and {page.total - len(page.keys)} more"
        yield f"{page.total} found ({seconds * 1000:.1f} ms)"

    def _explain(self, text: str) -> Iterator[str]:
        yield explain(self._oql, current_host().database, text, self._values).as_text()

    def _param(self, given: str) -> Iterator[str]:
        if given:
            self._values.update(parameters([given], None))
        for name, value in self._values.items():
            yield f"{name}={value}"


class _Offer(PromptCompleter):
    """Offers completions to the prompt."""

    def __init__(self, completer: Completer, oql: Oql) -> None:
        self._completer, self._oql = completer, oql

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterator[PromptCompletion]:
        """What could be typed at the cursor."""
        text, cursor = document.text, document.cursor_position
        command, blank, _rest = text.partition(" ")
        if command == "\\class":
            typed = document.text_before_cursor.removeprefix("\\class ")
            for class_def in self._oql.schema:
                if blank and class_def.name.lower().startswith(typed.lower()):
                    yield PromptCompletion(class_def.name, -len(typed))
            return
        if command.startswith("\\") and command != "\\explain":
            return
        # A command in front of the query is none of it.
        skipped = len(command) + 1 if command == "\\explain" else 0
        for offer in self._completer.complete(text[skipped:], cursor - skipped):
            yield PromptCompletion(
                offer.text, offer.start + skipped - cursor, display_meta=offer.what
            )


def _keys() -> KeyBindings:
    """Enter ends what is complete, and begins a line in a query that ends too early."""
    keys = KeyBindings()

    @keys.add("enter")
    def _enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if is_unfinished(buffer.text):
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    return keys


def is_unfinished(text: str) -> bool:
    """Whether a query goes on in the next line: it ends too early, and not with an empty line."""
    if not text.strip() or text.startswith("\\") or text.endswith("\n"):
        return False
    try:
        parse(text)
    except OqlSyntaxError as error:
        return error.position == len(text)
    return False


def file_history() -> History:
    """The queries typed before, kept in the folder for the state of the user's programs."""
    folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "cti-host"
    file = folder / "oql_history"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # There are numbers of persons in it.
        os.close(os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(file))
