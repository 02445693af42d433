"""The files of a new plugin: a distribution in a folder of its own, or a single file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cti_host.command_line.docstrings import read_docstring
from cti_host.command_line.known_hooks import KnownHook
from cti_host.command_line.new_plugin.annotations import LINE_LENGTH, Import, import_block
from cti_host.command_line.new_plugin.code import hook_code, templates
from cti_host.command_line.new_plugin.names import PACKAGE_PREFIX, Refused
from cti_host.installed_points import installed_points
from cti_host.loader import ENTRY_POINT_GROUP

_TEST_IMPORTS: frozenset[Import] = frozenset(
    {
        ("pathlib", "Path"),
        ("pytest", ""),
        ("cti_host.testing", "MakeHost"),
        ("cti_host.testing", "RunningHost"),
    }
)


def files_of(name: str, hooks: Sequence[KnownHook], *, single_file: bool) -> dict[str, str]:
    """The texts of a new plugin's files, by path.

    :param name: the name of the plugin, already checked
    :param hooks: the hooks that it implements, in their order
    :param single_file: whether it is a file for `plugins_dir`, with its test in `tests/`; else a
        distribution in a folder with the plugin's name
    """
    about = _about(name, hooks, single_file=single_file)

    def render(template: str) -> str:
        return templates.get_template(f"{template}.jinja").render(about)

    if single_file:
        return {
            f"{name}.py": render("plugin.py"),
            f"tests/test_{name}.py": render("test_plugin.py"),
        }
    package = f"{name}/{about['package']}"
    return {
        f"{name}/pyproject.toml": render("pyproject.toml"),
        f"{name}/README.md": render("README.md"),
        f"{package}/__init__.py": render("package.py"),
        f"{package}/plugin.py": render("plugin.py"),
        f"{package}/py.typed": "",
        f"{name}/tests/test_{name}.py": render("test_plugin.py"),
    }


def _about(name: str, hooks: Sequence[KnownHook], *, single_file: bool) -> dict[str, Any]:
    """What the templates are filled in with."""
    names = [hook.name for hook in hooks]
    codes = [hook_code(hook, names) for hook in hooks]
    imports: set[Import] = {("cti_host", "PluginConfig")}
    test_imports = {*_TEST_IMPORTS}
    for code in codes:
        imports |= code.imports
        test_imports |= code.test_imports
    settings = [setting for code in codes for setting in code.settings]
    hooks_line = f"[{', '.join(_quoted(hook) for hook in names)}]"
    fits = len(f"    assert hooks == {hooks_line}") <= LINE_LENGTH
    owners = list(dict.fromkeys(hook.owner for hook in hooks if hook.owner))
    return {
        "name": name,
        "title": f"{name.replace('_', ' ').capitalize()}, a plugin with {_listed(names)}.",
        "package": PACKAGE_PREFIX + name,
        "distribution": f"cti-host-{name.replace('_', '-')}",
        "dependencies": ["cti-host", *filter(None, map(_distribution, owners))],
        "imports": import_block(imports),
        "single_file": single_file,
        "summaries": [(hook.name, read_docstring(hook.function).summary) for hook in hooks],
        "settings": settings,
        "methods": [code.method for code in codes],
        "test_imports": import_block(test_imports),
        "tests": [code.test for code in codes if code.test],
        "owners": owners,
        "hooks": names,
        "hooks_line": hooks_line if fits else "",
    }


def _listed(hooks: Sequence[str]) -> str:
    return " and ".join(hooks) if len(hooks) < 3 else f"{len(hooks)} hooks"


def _quoted(text: str) -> str:
    return f'"{text}"'


def _distribution(plugin: str) -> str:
    """The distribution that a plugin is installed with; empty: it lies in `plugins_dir`."""
    for point in installed_points(ENTRY_POINT_GROUP):
        if point.name == plugin and point.distribution:
            return point.distribution
    return ""


def write_files(folder: Path, name: str, files: Mapping[str, str]) -> None:
    """Write the files of a new plugin; nothing is overwritten.

    :param folder: where their paths begin; it is made if it isn't there
    :param name: the name of the plugin
    :raises Refused: one of them, or a folder of this name, is there already or can't be written
    """
    for path in (name, *files):
        if (folder / path).exists():
            remedy = "choose another name, or another folder with --into"
            raise Refused(f"{folder / path} is there already", remedy)
    for path, text in files.items():
        file = folder / path
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            reason = error.strerror or str(error)
            remedy = "choose another folder with --into"
            raise Refused(f"{file} can't be written: {reason}", remedy) from error
