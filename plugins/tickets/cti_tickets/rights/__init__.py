"""Who may do what: the profiles of iTop, a site's `[rights]`, and what they mean for an agent."""
