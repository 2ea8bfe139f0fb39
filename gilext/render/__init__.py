"""Results in, output out: nothing here measures."""
