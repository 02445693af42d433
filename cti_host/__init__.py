"""CTI Host: who is calling, their tickets, and a form that is already filled in.

This is the public API for plugins, and nothing else. A plugin imports from here only.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

# At once: the function has the name of its module, and must stand in its place.
from cti_host.contract import contract as contract

__version__ = "0.1.0"

if TYPE_CHECKING:
    from cti_host.public import *  # noqa: F403 -- for type checkers: all that `__all__` names
    from cti_host.public import __all__ as __all__
else:

    def __getattr__(name: str) -> Any:
        """Load the whole API once a name of it is needed: `cti-host --version` needs none."""
        of_python = name.startswith("__") and name != "__all__"
        # For a module in this package, `from cti_host import …` asks here before it looks for it.
        if not of_python and find_spec(f"{__name__}.{name}") is None:
            api = vars(import_module("cti_host.public"))
            globals().update({each: api[each] for each in ("__all__", *api["__all__"])})
            if name in globals():
                return globals()[name]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
