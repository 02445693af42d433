"""Fields of forms: how they are made, what they offer, and how they are written."""
