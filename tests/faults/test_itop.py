"""In front of iTop, in short."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.kit.outcome import Size
from tests.faults.registry import Fault, faults

pytestmark = pytest.mark.long


@pytest.mark.parametrize("fault", faults("itop"), ids=lambda fault: fault.name)
def test_nothing_is_lost(fault: Fault, tmp_path: Path) -> None:
    outcome = fault.run(Size.SHORT, tmp_path)
    assert outcome.held, outcome
