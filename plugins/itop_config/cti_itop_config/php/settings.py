"""A site's `config-itop.php`, or a part of it: where in it the settings are."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

import tree_sitter

from cti_itop_config.php.literals import DEEPEST, Constants, LiteralReader
from cti_itop_config.php.syntax import MOST_BYTES, Code
from cti_itop_config.report import Status
from cti_itop_config.site_settings import (
    EXTENSION,
    ITOP_SETTINGS,
    SECTIONS,
    BadFile,
    Item,
    Key,
    Note,
    Path,
    Table,
    Unknown,
)

SETTINGS, MODULES = "MySettings", "MyModuleSettings"
MOST_STATEMENTS = 5000
_NO_CODE = ("comment", "text", "text_interpolation", "php_tag")
_OTHER_FILES = (b"include", b"require")
_QUOTED = re.compile(r"""['"]([^'"]+)['"]""")


@dataclass
class PhpSettings:
    """What PHP files set: sections of the extension, settings of iTop, constants; and notes."""

    module: Table = field(default_factory=dict)
    itop: Table = field(default_factory=dict)
    constants: Constants = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def read_php(
    text: str, file: str, before: PhpSettings | None = None, others: Collection[str] = ()
) -> PhpSettings:
    """Read PHP code: a whole `config-itop.php`, or only the array of the extension.

    :param file: the name of the file, for places
    :param before: what the files before it set. A section that this file sets as a whole replaces
        theirs; one whose elements it assigns is changed, as when PHP runs one file after the other.
    :param others: the names, without folders, of the other files that are read: an `include` of one
        of them is no loss, and a file may hold constants alone
    :return: what is set after this file
    :raises BadFile: it is not PHP, or has nothing of iTop
    """
    if len(text) > MOST_BYTES:
        raise BadFile(f"has more than {MOST_BYTES // 1024} KiB: it is not a config-itop.php")
    before = before or PhpSettings()
    if "<?" in text:
        return _File(file, Code(text, has_tag=True), before, others).read()
    bare = text.strip()
    if bare.startswith(("$", "return", "const ", "define")):
        return _File(file, Code(text, has_tag=False), before, others).read()
    # Elements of an array, as documentation shows them.
    end = text.rstrip().removesuffix(";").rstrip()
    code = Code(end, has_tag=False, prefix="return array(", suffix="\n);")
    return _File(file, code, before, others).read()


class _File:
    def __init__(self, file: str, code: Code, before: PhpSettings, others: Collection[str]) -> None:
        self._code, self._before, self._others = code, before, others
        self._set = PhpSettings(before.module, before.itop, dict(before.constants), [*before.notes])
        self._literals = LiteralReader(file, code, self._set.constants)
        self._recognised = False

    def read(self) -> PhpSettings:
        for number, statement in enumerate(self._code.root.named_children):
            if number > MOST_STATEMENTS:
                place = self._code.place(statement)
                raise BadFile(f"has more than {MOST_STATEMENTS} statements", *place)
            if statement.type == "const_declaration":
                self._constants(statement)
            elif statement.type == "return_statement":
                for value in statement.named_children:
                    self._returned(value)
            elif statement.type == "expression_statement":
                self._expression(statement)
            else:
                self._not_run(statement)
        if not self._recognised:
            raise BadFile(
                f"has neither ${MODULES} nor a {EXTENSION!r} array",
                remedy="name iTop's conf/production/config-itop.php, or a file with that array",
            )
        return self._set

    def _expression(self, statement: tree_sitter.Node) -> None:
        inner = [child for child in statement.named_children if child.type != "comment"]
        node = inner[0] if inner else statement
        left, right = (node.child_by_field_name(name) for name in ("left", "right"))
        if node.type == "assignment_expression" and left is not None and right is not None:
            self._assignment(left, right)
        elif not self._definition(node):
            self._not_run(statement)

    def _constants(self, statement: tree_sitter.Node) -> None:
        for element in statement.named_children:
            parts = [child for child in element.named_children if child.type != "comment"]
            if element.type == "const_element" and len(parts) == 2:
                name = self._code.text(parts[0]).decode("utf-8", "replace")
                self._define(name, parts[1])

    def _definition(self, node: tree_sitter.Node) -> bool:
        """Keep the constant of a `define('NAME', …)`; return whether it was one."""
        function, arguments = (node.child_by_field_name(n) for n in ("function", "arguments"))
        if function is None or arguments is None or self._code.text(function) != b"define":
            return False
        values = [a.named_children[0] for a in arguments.named_children if a.type == "argument"]
        name = self._literals.key(values[0]) if len(values) == 2 else None
        if not isinstance(name, str):
            return False
        self._define(name, values[1])
        return True

    def _define(self, name: str, value: tree_sitter.Node) -> None:
        self._literals.define(name, value)
        self._recognised |= bool(self._others)

    def _assignment(self, left: tree_sitter.Node, right: tree_sitter.Node) -> None:
        keys: list[tree_sitter.Node | None] = []
        while left.type == "subscript_expression":
            inner = [child for child in left.named_children if child.type != "comment"]
            keys.append(inner[1] if len(inner) > 1 else None)
            left = inner[0]
            if len(keys) > DEEPEST:
                raise BadFile(f"is nested deeper than {DEEPEST} levels", *self._code.place(left))
        variable = self._code.text(left).decode("utf-8", "replace").removeprefix("$")
        if left.type != "variable_name" or variable not in (SETTINGS, MODULES):
            return
        self._recognised = True
        path = [None if key is None else self._literals.key(key) for key in reversed(keys)]
        if variable == SETTINGS:
            self._set_itop(path, right)
        elif not path:
            self._modules(right)
        elif path[0] == EXTENSION:
            self._set_module([*path[1:]], right)

    def _set_itop(self, path: list[Key | None], right: tree_sitter.Node) -> None:
        if not path and right.type == "array_creation_expression":
            table = self._literals.table(right, wanted=lambda key: key in ITOP_SETTINGS)
            self._set.itop = self._before.itop | _only(table, ITOP_SETTINGS)
        elif len(path) == 1 and path[0] in ITOP_SETTINGS:
            self._set.itop = {**self._set.itop, str(path[0]): self._literals.item(right)}

    def _modules(self, right: tree_sitter.Node) -> None:
        if right.type == "array_creation_expression":
            table = self._literals.table(right, wanted=lambda key: key == EXTENSION)
            self._set.module = self._before.module
            if EXTENSION in table:
                self._set_all(table[EXTENSION])
        else:
            self._set_all(self._literals.item(right))

    def _set_all(self, item: Item) -> None:
        if isinstance(item.value, dict):
            self._set.module = self._before.module | item.value
        else:
            reason = item.value.reason if isinstance(item.value, Unknown) else "not an array"
            self._lose(item, (EXTENSION,), f"it is {reason}")

    def _set_module(self, keys: list[Key | None], right: tree_sitter.Node) -> None:
        """`$MyModuleSettings['combodo-…']['caller_information']['label'] = …`"""
        item = self._literals.item(right)
        path = tuple(key for key in keys if key is not None)
        if not keys:
            self._set_all(item)
        elif len(path) < len(keys):
            reason = "its key is not known without running the file"
            self._lose(item, path[: keys.index(None)] or (EXTENSION,), reason)
        else:
            self._set.module = _with(self._set.module, path, item)

    def _returned(self, value: tree_sitter.Node) -> None:
        """Take an array without a variable: that of the extension, or one around it."""
        if value.type != "array_creation_expression":
            return
        table = self._literals.table(value, wanted=_matters)
        only = table.get(0)
        if only is not None and isinstance(only.value, dict) and len(table) == 1:
            table = only.value
        itop = _only(table, ITOP_SETTINGS)
        self._set.itop = self._set.itop | itop
        if EXTENSION in table:
            self._set_all(table[EXTENSION])
        elif any(key in SECTIONS for key in table):
            sections = {key: item for key, item in table.items() if key not in ITOP_SETTINGS}
            self._set.module = self._before.module | sections
        elif not itop:
            return
        self._recognised = True

    def _not_run(self, statement: tree_sitter.Node) -> None:
        """Report code that would have to be run, if it has to do with the extension."""
        if statement.type in _NO_CODE:
            return
        source = self._code.text(statement)
        item = Item(None, self._literals.place(statement))
        if statement.type == "expression_statement" and source.startswith(_OTHER_FILES):
            self._include(item, source.decode("utf-8", "replace"))
        for name in (EXTENSION, "shortcut_actions"):
            if name.encode() in source:
                self._lose(item, (name,), "code sets it, and code is not run")

    def _include(self, item: Item, source: str) -> None:
        names = [text.rpartition("/")[2] for text in _QUOTED.findall(source)]
        if names and names[-1] in self._others:
            said = f"{names[-1]} is read as well, in the order of the command line"
            self._note(item, ("include",), Status.TAKEN, said)
        else:
            said = "it is another file, which is not read: name that one, too"
            self._lose(item, ("include",), said)

    def _lose(self, item: Item, path: Path, why: str) -> None:
        self._note(item, path, Status.NOT_MOVED, why)

    def _note(self, item: Item, path: Path, status: Status, message: str) -> None:
        if item.place is not None:
            self._set.notes.append(Note(item.place, path, status, message))


def _matters(key: Key) -> bool:
    return key in (EXTENSION, *ITOP_SETTINGS, *SECTIONS, 0)


def _only(table: Table, keys: Collection[Key]) -> Table:
    return {key: item for key, item in table.items() if key in keys}


def _with(table: Table, path: Path, item: Item) -> Table:
    """Return a table with one element set, as PHP does; the table given stays as it is."""
    key, *rest = path
    if rest:
        before = table.get(key)
        if before is not None and isinstance(before.value, dict):
            item = Item(_with(before.value, tuple(rest), item), before.place)
        else:
            item = Item(_with({}, tuple(rest), item), item.place)
    return {**table, key: item}
