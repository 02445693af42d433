"""Nothing lost, nothing twice: points 6 to 12."""
