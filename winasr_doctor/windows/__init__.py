"""Facts about Windows, and calls into it."""
