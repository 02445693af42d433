"""What is stored about a person: found, handed over, erased, expired."""
