"""The words by which objects are found: kept in tables, by triggers."""
