"""How plugins fare: calls, failures, time-outs and the slowest calls since the server started."""
