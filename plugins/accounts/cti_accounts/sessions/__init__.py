"""Where agents are signed in: kept on the server, so that a session ends when it is told to."""
