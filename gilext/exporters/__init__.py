"""What a monitor reads, handed to the metric systems of others."""
