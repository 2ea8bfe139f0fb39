"""What the functions of a library do with the GIL, measured case by case."""
