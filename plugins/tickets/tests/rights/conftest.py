"""The site of the tests of pages."""

from plugins.tickets.tests.pages.conftest import check, make_site, site

__all__ = ["check", "make_site", "site"]
