"""What the library does: optimize, compare, explain; and the results."""
