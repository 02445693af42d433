"""Numbers in any writing become E.164."""
