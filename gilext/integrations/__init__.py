"""gilext inside other tools."""
