"""Run bandit over all code that ships; each finding is mended, or has its reason.

A reason stands beside the line as for ruff, whose rules S… are the same as bandit's B…
(`# noqa: S608 -- the names are the schema's`), or in the table below, for a whole file.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# How many lines below the reported ones a statement may go on.
_BELOW = 6
_COMMANDS = "runs commands that stand here, without a shell"
REASONS = {
    ("B107", "plugins/accounts/cti_accounts/pages/tokens.py"): "an empty default",
    ("B105", "cti_host/host.py"): "nothing, where there is no secret",
    ("B404", "cti_host/databases/postgresql_copies.py"): "PostgreSQL's own programs",
    ("B404", "plugins/itop/cti_itop/mirror/background.py"): "starts this program itself",
    ("B406", "plugins/itop_config/cti_itop_config/xml/parameters.py"): (
        "only types and an error; what parses comes from defusedxml"
    ),
    ("B403", "plugins/tickets/cti_tickets/transfer/reading/spill.py"): (
        "reads back what the same process wrote to an unnamed file"
    ),
    ("B404", "scripts/build_distributions.py"): _COMMANDS,
    ("B603", "scripts/build_distributions.py"): _COMMANDS,
    ("B404", "scripts/check_unsafe.py"): _COMMANDS,
    ("B603", "scripts/check_unsafe.py"): _COMMANDS,
    ("B404", "scripts/demo_server.py"): _COMMANDS,
    ("B603", "scripts/demo_server.py"): _COMMANDS,
    ("B404", "scripts/install_editable.py"): _COMMANDS,
    ("B603", "scripts/install_editable.py"): _COMMANDS,
    ("B404", "scripts/install_locked.py"): _COMMANDS,
    ("B603", "scripts/install_locked.py"): _COMMANDS,
    ("B404", "scripts/own_certificate.py"): _COMMANDS,
    ("B603", "scripts/own_certificate.py"): _COMMANDS,
    ("B404", "scripts/set_up.py"): _COMMANDS,
    ("B603", "scripts/set_up.py"): _COMMANDS,
    ("B404", "scripts/warm_commands.py"): _COMMANDS,
    ("B603", "scripts/warm_commands.py"): _COMMANDS,
}


def findings() -> list[dict[str, Any]]:
    """What bandit finds in the packages and scripts."""
    packages = [ROOT / "cti_host", ROOT / "scripts"]
    packages += [*ROOT.glob("libraries/*/cti_*"), *ROOT.glob("plugins/*/cti_*")]
    command = [sys.executable, "-m", "bandit", "-q", "-r", "-f", "json", *map(str, packages)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["results"]
    except ValueError:
        raise SystemExit(f"bandit failed:\n{done.stderr}") from None
    return found


def has_reason(finding: dict[str, Any], used: set[tuple[str, str]]) -> bool:
    """Whether a finding has a reason, beside the line or in the table."""
    path = Path(finding["filename"])
    key = (finding["test_id"], path.resolve().relative_to(ROOT).as_posix())
    if key in REASONS:
        used.add(key)
        return True
    lines = path.read_text(encoding="utf-8").splitlines()
    first, last = finding["line_number"] - 1, max(finding["line_range"])
    around = "\n".join(lines[first : last + _BELOW])
    return f"noqa: S{key[0][1:]}" in around


def main() -> None:
    """Print the findings without a reason, and reasons that are no longer needed; 1 if any."""
    used: set[tuple[str, str]] = set()
    wrong = [
        f"{one['filename']}:{one['line_number']}: {one['test_id']} {one['issue_text']}"
        for one in findings()
        if not has_reason(one, used)
    ]
    wrong += [f"{path}: {test} is not found there any more" for test, path in REASONS.keys() - used]
    print("\n".join(wrong) or "bandit: everything is mended or has its reason")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
