"""What faults are made of: sites, servers, clients, databases, counts."""
