"""Nobody let in, no one in the dark: points 13 to 19."""
