"""Reports: results become documents (`optimum`, `comparison`, `explanation`), documents become text."""
