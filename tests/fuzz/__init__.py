"""Fuzzers, run on demand."""
