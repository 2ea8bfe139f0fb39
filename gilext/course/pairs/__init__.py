"""What goes wrong in extensions: each mistake and its repair, as a pair that is built and run."""
