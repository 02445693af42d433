"""The way of a call from the phone system to the painted pop: what works, what doesn't, and why."""
