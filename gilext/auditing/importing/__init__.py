"""What modules declare: each is imported in a process of its own."""
