"""Question 2: what one function does with the GIL."""
