"""Question 4: reference counts and leaks."""
