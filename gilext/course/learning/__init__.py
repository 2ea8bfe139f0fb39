"""``gilext learn``: exercises in C, and the machine that builds and grades them."""
