"""The checker of certificates. It shares nothing with the program that writes them: standard library only."""
