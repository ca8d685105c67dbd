"""Designs run as discrete-event processes with dice: the third, independent way to every cost.

`walk` runs many runs and parts at once on numpy arrays, `schedule` runs the recorded events on P workers, `intervals`
and `growth` say what the counts are worth. Nothing here uses a formula of the evaluator.
"""
