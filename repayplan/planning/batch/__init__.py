"""Planning thousands of cases at once: the same plans as one by one, each with its certificate and in whole cents."""
