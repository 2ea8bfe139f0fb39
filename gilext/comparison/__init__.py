"""Question 1: what holding or releasing the GIL does to a loop."""
