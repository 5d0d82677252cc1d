"""A case as an Excel workbook: the first sheet alone gives a plan, further sheets refine it; in and out."""
