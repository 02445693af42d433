"""`cti-host import-itop-config`: a site's settings become a `cti.toml`."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import click

from cti_itop_config.convert import convert
from cti_itop_config.items import BadFile, SiteSettings
from cti_itop_config.php_site import read_php
from cti_itop_config.report import Report
from cti_itop_config.writing import Choices, cti_toml
from cti_itop_config.xml import MOST_BYTES, read_xml

NOT_COMPLETE = 3
_XML = re.compile(rb"\s*<(?!\?php|\?=|\?\s)")


@click.command("import-itop-config")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    default="cti.toml",
    show_default=True,
    metavar="FILE",
    help="Write this file; - for standard output.",
)
@click.option("--force", is_flag=True, help="Replace the file if it is there already.")
@click.option(
    "--backend",
    type=click.Choice(["itop", "tickets"]),
    help="Where people and tickets are: in your iTop, or in the host's own database. "
    "Default: itop, if FILE has the address of your iTop (app_root_url).",
)
@click.option(
    "--region",
    default="FR",
    show_default=True,
    metavar="XX",
    help="The country of numbers without a country code.",
)
@click.option("--encoding", default="utf-8", show_default=True, help="The encoding of a PHP file.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
def command(
    file: Path,
    output: str,
    force: bool,
    backend: str | None,
    region: str,
    encoding: str,
    as_json: bool,
) -> None:
    """Make a cti.toml of the settings of iTop's telephony extension.

    FILE is iTop's conf/production/config-itop.php, or the XML of the extension. It is read, never
    run, and nothing but the settings of the extension is taken. The report says line by line what
    was taken, what differs here, and what could not be moved.

    The exit code is 0 when everything was moved, 3 when something could not be (the file is
    written all the same), 1 when FILE can't be read or the output can't be written.
    """
    report = Report(printable(str(file)))
    if not re.fullmatch(r"[A-Z]{2}", region):
        raise click.BadParameter("two capitals, such as DE", param_hint="--region")
    try:
        moved = convert(_read(file, encoding), report)
    except BadFile as bad:
        _refuse(report.file, bad, as_json=as_json)
    absolute = Path(output).absolute()
    if output != "-" and absolute.exists() and absolute.samefile(file):
        same = BadFile("is the file that was read", remedy="name another file")
        _refuse(printable(output), same, as_json=as_json)
    chosen = backend or ("itop" if moved.itop_url else "tickets")
    text = cti_toml(moved, Choices(chosen, region, absolute.parent.name), report)
    if output == "-":
        click.echo(text, nl=False)
    else:
        try:
            _write(absolute, text, force=force)
        except OSError as error:
            there = isinstance(error, FileExistsError)
            what = "is there already" if there else f"can't be written: {error.strerror}"
            remedy = "name another file, or add --force" if there else "name another file"
            _refuse(printable(output), BadFile(what, remedy=remedy), as_json=as_json)
    more = {"output": output, "backend": chosen}
    click.echo(report.as_json(**more) if as_json else report.as_text(), err=output == "-")
    if output != "-" and not as_json:
        name = printable(output)
        click.echo(
            f"Wrote {name}, with the plugin {chosen!r}. Next: cti-host --config {name} check"
        )
    sys.exit(0 if report.complete else NOT_COMPLETE)


def printable(text: str) -> str:
    """A name of a file without what would change a terminal or a line."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\udc80-\udcff]", "�", text)


def _read(file: Path, encoding: str) -> SiteSettings:
    try:
        with file.open("rb") as opened:
            # A device or a growing log must not fill the memory.
            source = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadFile(f"can't be read: {error.strerror}", remedy="name a file") from None
    if _XML.match(source.removeprefix(b"\xef\xbb\xbf")) or source[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return read_xml(source)
    if b"\0" in source:
        line, column = _place(source, source.index(b"\0"))
        raise BadFile("is no text: it has a NUL in it", line, column)
    try:
        return read_php(source.decode(encoding).removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        line, column = _place(source, error.start)
        remedy = "save the file as UTF-8, or name its encoding: --encoding latin-1"
        raise BadFile(f"is not {encoding} text", line, column, remedy) from None
    except LookupError:
        raise click.BadParameter(f"unknown: {encoding}", param_hint="--encoding") from None


def _place(source: bytes, position: int) -> tuple[int, int]:
    before = source[:position]
    line_start = before.rfind(b"\n") + 1
    return before.count(b"\n") + 1, len(before[line_start:].decode("utf-8", "replace")) + 1


def _write(path: Path, text: str, *, force: bool) -> None:
    """Write the whole file or nothing."""
    if path.exists() and not force:
        raise FileExistsError
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=".cti", encoding="utf-8", delete=False
    ) as written:
        try:
            written.write(text)
            written.close()
            os.chmod(written.name, 0o666 & ~_umask())
            os.replace(written.name, path)
        except BaseException:
            os.unlink(written.name)
            raise


def _umask() -> int:
    """What new files are not allowed; it can only be read by setting it."""
    umask = os.umask(0o022)
    os.umask(umask)
    return umask


def _refuse(file: str, bad: BadFile, *, as_json: bool) -> NoReturn:
    if as_json:
        found = {"file": file, "line": bad.line, "column": bad.column, "message": bad.message}
        click.echo(json.dumps({"complete": False, "error": {**found, "remedy": bad.remedy}}))
    else:
        place = file + (f":{bad.line}:{bad.column}" if bad.line else "")
        click.echo(f"{place}: {bad.message}", err=True)
        if bad.remedy:
            click.echo(f"    -> {bad.remedy}", err=True)
    sys.exit(1)
