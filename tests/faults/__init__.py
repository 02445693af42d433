"""What is done to the server on purpose, and what must hold meanwhile; see README.md here."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Where the kits are that these scripts share with tests; under pytest they are on the path already.
_KITS = [str(ROOT / kit) for kit in ("scripts", "tests/server/kit", "plugins/itop/tests")]
sys.path[:0] = [kit for kit in _KITS if kit not in sys.path]
