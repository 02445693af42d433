"""What facts say together: pure functions, without a database."""
