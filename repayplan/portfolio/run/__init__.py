"""One run over a book: a chunk of borrowers at a time, resumable, the same bytes whoever does the work."""
