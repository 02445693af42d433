"""What must not be read by everybody: numbers, names, passwords, and how they are masked."""
