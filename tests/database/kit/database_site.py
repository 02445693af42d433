"""A site with people, and commands that are run for it in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cti_host.app import create_app

PLUGINS = ("accounts", "phone_reformat", "tickets")
PEOPLE = (
    '{"class": "Organization", "id": 1, "fields": {"name": "Fluvia", "code": "FLU"}}\n'
    '{"class": "Person", "id": 20, "fields": {"first_name": "Marguerite", "name": "Delaunay",'
    ' "org_id": 1, "phone": "+33 9 87 65 43 21"}}\n'
)


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str


# The files of sites that were filled, by their plugins.
_filled: dict[tuple[str, ...], bytes] = {}
Run = Callable[..., Done]


@dataclass(frozen=True)
class Site:
    """A site's folder; its database is not made yet."""

    folder: Path
    database: str
    run_command: Run
    plugins: tuple[str, ...] = PLUGINS

    @property
    def config_file(self) -> Path:
        """The settings."""
        return self.folder / "cti.toml"

    @property
    def file(self) -> Path:
        """The file of an SQLite database."""
        return self.folder / "var" / "cti.db"

    def run(self, *arguments: str) -> Done:
        """Run a command; how it ended."""
        return self.run_command(self, *arguments)

    def must(self, *arguments: str) -> str:
        """Run a command that has to succeed; what it printed."""
        done = self.run(*arguments)
        assert done.status == 0, done
        return done.out

    def fill(self) -> None:
        """Make the tables and import a person; an SQLite file is made once, and copied then."""
        made = _filled.get(self.plugins)
        if self.database.startswith("sqlite") and made:
            self.file.parent.mkdir(mode=0o700)
            self.file.write_bytes(made)
            self.file.chmod(0o600)
            return
        people = self.folder / "people.jsonl"
        people.write_text(PEOPLE, encoding="utf-8")
        self.must("db", "upgrade")
        self.must("data", "import", str(people))
        if self.database.startswith("sqlite"):
            _filled[self.plugins] = self.file.read_bytes()

    def finds_the_caller(self) -> bool:
        """Whether a call finds the person, by the indexed number."""
        return "Marguerite Delaunay" in self.must("explain", "/pop?phone=0987654321")


MakeSite = Callable[..., Site]


def break_(file: Path) -> None:
    """Overwrite what is behind the first page, as a bad disk does."""
    content = bytearray(file.read_bytes())
    content[4096 : len(content) // 2] = b"\xa5" * (len(content) // 2 - 4096)
    file.write_bytes(content)


def execute(site: Site, statement: str) -> None:
    """Change a database behind the host's back."""
    app = create_app(site.config_file)
    host = app.extensions["cti_host"]
    with app.app_context(), host.database.connection_context():
        host.database.execute_sql(statement)
    host.close()


def without_tickets(site: Site) -> str:
    """Take the plugin `tickets` out of the settings; what they were."""
    text = site.config_file.read_text()
    site.config_file.write_text(text.replace('"tickets", ', "").replace(', "tickets"', ""))
    return text


def old(site: Site) -> None:
    """Make a database that this version has to change."""
    text = without_tickets(site)
    site.must("db", "upgrade")
    site.config_file.write_text(text)
