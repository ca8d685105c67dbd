"""The space of designs stated a second time, from the facts alone, for the checker of certificates.

It shares no code with the rules, the search and the cost of designs: where the two statements differ, certificates
are refused.
"""
