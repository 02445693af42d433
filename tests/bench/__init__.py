"""Benchmarks: run on demand, recorded in docs/performance.md."""
