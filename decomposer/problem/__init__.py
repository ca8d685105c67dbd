"""The problem language: what a user vouches for, as objects, files and code."""
