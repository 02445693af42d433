"""The URLs that phone systems were set up with for other products."""

__all__: list[str] = []
