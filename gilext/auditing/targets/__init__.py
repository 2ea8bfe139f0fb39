"""What is there to audit: what is installed, folders, wheels, and their metadata."""
