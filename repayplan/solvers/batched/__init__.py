"""Thousands of programs of one pattern solved at once by an interior point method, each with its certificate."""
