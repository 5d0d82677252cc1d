"""Benchmarks that can be believed: both sides do the same work in one run, and what is counted is CPU time."""
