"""Formulas of certificates: exact sums of monomials, and what is known of their factors. Standard library only."""
