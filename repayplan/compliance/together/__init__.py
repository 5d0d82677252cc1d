"""Judging many plans at once, in whole cents: a plan that passes here passes every point check of its own.

Only that direction holds: a plan that misses a limit by a hair of floats may be failed here and pass alone.
"""
