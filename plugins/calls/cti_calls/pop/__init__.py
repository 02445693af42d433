"""The pop of a call on the pages that its agent has open."""
