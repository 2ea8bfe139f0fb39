"""What a compiled file could do, by what stands in it: nothing of it is run."""
