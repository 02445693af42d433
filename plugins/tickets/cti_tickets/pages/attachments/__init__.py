"""Files on the page of a ticket: shown, sent, downloaded, deleted."""
