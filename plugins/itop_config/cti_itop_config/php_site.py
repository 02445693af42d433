"""A site's `config-itop.php`, or a part of one: where in it the extension's settings are."""

from __future__ import annotations

import tree_sitter

from cti_itop_config.defaults import with_defaults
from cti_itop_config.items import (
    EXTENSION,
    ITOP_SETTINGS,
    SECTIONS,
    BadFile,
    Item,
    Key,
    Lost,
    SiteSettings,
    Unknown,
    dotted,
)
from cti_itop_config.php import DEEPEST, Reader
from cti_itop_config.php_syntax import MOST_BYTES, Code

SETTINGS, MODULES = "MySettings", "MyModuleSettings"
MOST_STATEMENTS = 5000
_NO_CODE = ("comment", "text", "text_interpolation", "php_tag")
_OTHER_FILES = (b"include", b"require")


def read_php(text: str) -> SiteSettings:
    """Read PHP code: a whole `config-itop.php`, or only the extension's array.

    :raises BadFile: it is no PHP, or has nothing of iTop
    """
    if len(text) > MOST_BYTES:
        raise BadFile(f"has more than {MOST_BYTES // 1024} KiB: it is no config-itop.php")
    if "<?" in text:
        return _Site(Code(text, has_tag=True)).read()
    bare = text.strip()
    if bare.startswith(("$", "return", "const ", "define")):
        return _Site(Code(text, has_tag=False)).read()
    # Elements of an array, as documentation shows them.
    end = text.rstrip().removesuffix(";").rstrip()
    return _Site(Code(end, has_tag=False, prefix="return array(", suffix="\n);")).read()


class _Site:
    def __init__(self, code: Code) -> None:
        self._code = code
        self._reader = Reader(code)
        self._found = SiteSettings()
        self._recognised = False

    def read(self) -> SiteSettings:
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
        # As iTop does: what the file doesn't set comes from the extension's data model.
        self._found.module = with_defaults(self._found.module or {})
        return self._found

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
                self._reader.define(name, parts[1])

    def _definition(self, node: tree_sitter.Node) -> bool:
        """Whether it was `define('NAME', …)`."""
        function, arguments = (node.child_by_field_name(n) for n in ("function", "arguments"))
        if function is None or arguments is None or self._code.text(function) != b"define":
            return False
        values = [a.named_children[0] for a in arguments.named_children if a.type == "argument"]
        name = self._reader.key(values[0]) if len(values) == 2 else None
        if not isinstance(name, str):
            return False
        self._reader.define(name, values[1])
        return True

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
        path = [None if key is None else self._reader.key(key) for key in reversed(keys)]
        if variable == SETTINGS:
            self._set_itop(path, right)
        elif not path:
            self._modules(right)
        elif path[0] == EXTENSION:
            self._set_module([*path[1:]], right)

    def _set_itop(self, path: list[Key | None], right: tree_sitter.Node) -> None:
        if not path and right.type == "array_creation_expression":
            wanted = self._reader.table(right, wanted=lambda key: key in ITOP_SETTINGS)
            self._found.itop = {str(k): i for k, i in wanted.items() if k in ITOP_SETTINGS}
        elif len(path) == 1 and path[0] in ITOP_SETTINGS:
            self._found.itop[str(path[0])] = self._reader.item(right)

    def _modules(self, right: tree_sitter.Node) -> None:
        if right.type == "array_creation_expression":
            found = self._reader.table(right, wanted=lambda key: key == EXTENSION)
            self._found.module = None
            if EXTENSION in found:
                self._set_all(found[EXTENSION])
        else:
            self._set_all(self._reader.item(right))

    def _set_all(self, item: Item) -> None:
        if isinstance(item.value, dict):
            self._found.module = item.value
        else:
            reason = item.value.reason if isinstance(item.value, Unknown) else "no array"
            self._found.lost.append(Lost(item.line, EXTENSION, f"it is {reason}"))

    def _set_module(self, path: list[Key | None], right: tree_sitter.Node) -> None:
        """`$MyModuleSettings['combodo-…']['caller_information']['label'] = …`"""
        item = self._reader.item(right)
        if not path:
            self._set_all(item)
            return
        if self._found.module is None:
            self._found.module = {}
        table = self._found.module
        for number, key in enumerate(path):
            if key is None:
                reason = "its key can't be told without running the file"
                self._found.lost.append(Lost(item.line, _shown(path[:number]), reason))
                return
            if number == len(path) - 1:
                table[key] = item
                return
            inner = table[key].value if key in table else None
            if not isinstance(inner, dict):
                inner = {}
                table[key] = Item(inner, item.line)
            table = inner

    def _returned(self, value: tree_sitter.Node) -> None:
        """An array without a variable: with the extension's among its elements, or that itself."""
        if value.type != "array_creation_expression":
            return
        table = self._reader.table(value, wanted=_matters)
        only = table.get(0)
        if only is not None and isinstance(only.value, dict) and len(table) == 1:
            table = only.value
        self._found.itop |= {str(k): i for k, i in table.items() if k in ITOP_SETTINGS}
        if EXTENSION in table:
            self._set_all(table[EXTENSION])
        elif any(key in SECTIONS for key in table):
            self._found.module = {k: i for k, i in table.items() if k not in ITOP_SETTINGS}
        self._recognised |= bool(self._found.itop) or self._found.module is not None
        self._recognised |= bool(self._found.lost)

    def _not_run(self, statement: tree_sitter.Node) -> None:
        """Code that would have to be run: said when it has to do with the extension."""
        if statement.type in _NO_CODE:
            return
        source = self._code.text(statement)
        if statement.type == "expression_statement" and source.startswith(_OTHER_FILES):
            reason = "it is another file, which is not read: import that one, too"
            self._found.lost.append(Lost(self._code.line(statement), "include", reason))
        for name in (EXTENSION, "shortcut_actions"):
            if name.encode() in source:
                line = self._code.line(statement)
                reason = "it is set by code, which is not run"
                self._found.lost.append(Lost(line, name, reason))


def _matters(key: Key) -> bool:
    return key in (EXTENSION, *ITOP_SETTINGS, *SECTIONS, 0)


def _shown(path: list[Key | None]) -> str:
    return dotted(*(key for key in path if key is not None)) or EXTENSION
