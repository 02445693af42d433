"""The tables that the plugin brings are those that its migrations make."""

from __future__ import annotations

from pathlib import Path

from cti_calls.model.tables import MODELS

from cti_host.app import create_app
from cti_host.databases import migrate
from cti_host.testing import write_config


def test_the_migrations_make_every_column(tmp_path: Path) -> None:
    app = create_app(write_config(tmp_path, plugins=["calls"], sign_in=False))
    host = app.extensions["cti_host"]
    with app.app_context(), host.database.connection_context():
        migrate.upgrade(host)
        assert migrate.pending(host) == []
        for model in MODELS:
            made = {column.name for column in host.database.get_columns(model._meta.table_name)}
            assert made == set(model._meta.columns)
    host.database.close_all()
