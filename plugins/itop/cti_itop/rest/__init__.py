"""iTop's REST interface: requests, replies, errors, and what its classes are."""
