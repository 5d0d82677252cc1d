"""Thousands of borrowers: a book of them, a menu for each, the bank's limits over all, one resumable run."""
