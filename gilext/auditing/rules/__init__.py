"""The linter: what is wrong with a package, by codes, and what a project may require."""
