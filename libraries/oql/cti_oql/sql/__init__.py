"""From a resolved query to one SQL statement with bound values."""
