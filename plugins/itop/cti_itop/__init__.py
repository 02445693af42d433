"""A real iTop as the place where people and tickets live."""

__all__: list[str] = []
