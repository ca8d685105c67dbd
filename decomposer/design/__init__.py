"""Designs (language-based algorithms): the tree, its costs, its contract, hand designs, simulation."""
