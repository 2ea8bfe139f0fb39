"""The course: what was published about the GIL, and what of it still holds."""
