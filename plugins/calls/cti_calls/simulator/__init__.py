"""Made-up calls that take the real way: from a phone system's facts to the agent's screen."""
