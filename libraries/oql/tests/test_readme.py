"""The README is true, and needs neither Flask nor the host."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"

# Runs the examples of the page one after the other, as in one session.
RUN = """
import doctest, re, sys
for name in ("flask", "cti_host", "cti_tickets", "pydantic", "psycopg"):
    sys.modules[name] = None  # importing it fails from now on
page = open(sys.argv[1], encoding="utf-8").read()
text = "\\n".join(re.findall("```pycon\\n(.*?)```", page, re.DOTALL))
example = doctest.DocTestParser().get_doctest(text, {"__name__": "readme"}, "README", None, 0)
results = doctest.DocTestRunner().run(example)
print(results.attempted, results.failed)
"""


def test_the_examples_run_without_flask_and_the_host() -> None:
    done = subprocess.run(  # noqa: S603 -- its own examples
        [sys.executable, "-c", RUN, str(README)], capture_output=True, text=True, timeout=60
    )
    attempted, failed = map(int, done.stdout.split()[-2:])
    assert failed == 0, done.stdout
    assert attempted > 25
