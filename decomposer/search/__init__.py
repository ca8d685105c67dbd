"""Unfolding a problem into an AND/OR graph, pricing it, and listing the designs in it."""
