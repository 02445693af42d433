"""`cti-host import-itop-config`: the settings of a site become a `cti.toml`."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import click

from cti_itop_config.convert.sections import convert
from cti_itop_config.cti_toml import Choices, cti_toml
from cti_itop_config.files import printable, read_files
from cti_itop_config.report import Report
from cti_itop_config.site_settings import BadFile

NOT_COMPLETE = 3


@click.command("import-itop-config")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@click.option(
    "-o",
    "--output",
    default="cti.toml",
    show_default=True,
    metavar="FILE",
    help="Write this file; - for standard output.",
)
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@click.option(
    "--backend",
    type=click.Choice(["itop", "tickets"]),
    help="Where people and tickets are: in your iTop, or in the host's own database. "
    "Default: itop, if a FILE has the address of your iTop (app_root_url).",
)
@click.option(
    "--region",
    default="FR",
    show_default=True,
    metavar="XX",
    help="The country of numbers without a country code.",
)
@click.option("--encoding", default="utf-8", show_default=True, help="The encoding of PHP files.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
def command(
    files: tuple[Path, ...],
    output: str,
    force: bool,
    backend: str | None,
    region: str,
    encoding: str,
    as_json: bool,
) -> None:
    """Make a cti.toml from the settings of iTop's telephony extension.

    FILE is iTop's conf/production/config-itop.php, or the XML of the extension or of a module that
    changes it. Files are read, never run, and nothing but the settings of the extension is taken.

    Several files are laid over one another as iTop does; name those with XML first, in the order
    in which iTop loads their modules, and config-itop.php last:

    \b
        cti-host import-itop-config own-module.xml config-itop.php

    XML changes what is in the files before it, as its deltas say. A section that PHP sets replaces
    that of the files before it as a whole. The report tells line by line from which file each
    setting was taken, what another file overlaid, what differs here, and what could not be moved.

    The exit code is 0 when everything was moved, 3 when something could not be (the output is
    written all the same), 1 when a FILE can't be read or the output can't be written.
    """
    if not re.fullmatch(r"[A-Z]{2}", region):
        raise click.BadParameter("two capital letters, such as DE", param_hint="--region")
    try:
        "x".encode(encoding)
    except (LookupError, UnicodeError):
        raise click.BadParameter(f"unknown: {encoding}", param_hint="--encoding") from None
    report = Report([printable(file) for file in files])
    absolute = Path(output).absolute()
    try:
        site = read_files(files, encoding)
        moved = convert(site, report, without_itop=backend == "tickets")
        chosen = backend or ("itop" if moved.itop.exists else "tickets")
        text = cti_toml(moved, Choices(chosen, region, absolute.parent.name), report)
        if output == "-":
            click.echo(text, nl=False)
        else:
            _write(absolute, text, force=force, keep=files)
    except BadFile as bad:
        bad.file = bad.file or printable(output)
        _refuse(bad, as_json=as_json)
    more = {"output": output, "backend": chosen}
    click.echo(report.as_json(**more) if as_json else report.as_text(), err=output == "-")
    if output != "-" and not as_json:
        name = printable(output)
        click.echo(
            f"Wrote {name}, with the plugin {chosen!r}. Next: cti-host --config {name} check"
        )
    sys.exit(0 if report.complete else NOT_COMPLETE)


def _write(path: Path, text: str, *, force: bool, keep: tuple[Path, ...]) -> None:
    """Write the whole file or nothing.

    :param keep: files that are never replaced
    :raises BadFile: it can't be written, or must not be
    """
    if path.exists():
        if any(path.samefile(file) for file in keep):
            raise BadFile("is a file that was read", remedy="name another file")
        if not force:
            raise BadFile("already exists", remedy="name another file, or add --force")
    try:
        _replace(path, text)
    except OSError as error:
        said = f"can't be written: {error.strerror}"
        raise BadFile(said, remedy="name another file") from None


def _replace(path: Path, text: str) -> None:
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
    """Return the mode bits that new files don't get; they can only be read by setting them."""
    umask = os.umask(0o022)
    os.umask(umask)
    return umask


def _refuse(bad: BadFile, *, as_json: bool) -> NoReturn:
    if as_json:
        error = {
            "file": bad.file,
            "line": bad.line,
            "column": bad.column,
            "message": bad.message,
            "remedy": bad.remedy,
        }
        click.echo(json.dumps({"complete": False, "error": error}))
    else:
        place = bad.file + (f":{bad.line}:{bad.column}" if bad.line else "")
        click.echo(f"{place}: {bad.message}", err=True)
        if bad.remedy:
            click.echo(f"    -> {bad.remedy}", err=True)
    sys.exit(1)
