"""For people who write queries: completion, explanation, outline."""
