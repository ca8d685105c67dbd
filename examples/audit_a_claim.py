"""Audit a paper's claim: what it leaves unsaid, numbers that contradict it, and what the answer rests on."""

from decomposer import audit, claim, effort, load, regime_map

problem = load("debugging")

# Meyerson & Qiu 2025, Table 1: task by task the claim holds, for the total it does not.
for statement in (
    "naive[find] / focused[find] = Theta(b^2)",
    "naive[fix] / focused[fix] = Theta(b*k^2)",
    "naive / focused = Theta(b*k^2)",
):
    found = claim(problem, statement)
    print(f"{statement}: {found.verdict}")
    for trial in found.trials:
        numbers = ", ".join(f"{name} = {value}" for name, value in trial.at)
        print(f"  try {numbers}: {trial.left} against {trial.bound}")
    for repair in found.repairs:
        print(f"  it holds where {' and '.join(repair.assume)}:", claim(problem, statement, repair.assume).verdict)

# How large a model may look for bugs before looking costs more than repairing?
for agent in effort(problem).designs[0].agents:
    for case in agent.free.cases if agent.free else ():
        print(f"{agent.name} may have a model of size {case}")

# What does the answer rest on, and what else would pay?
report = audit(problem)
for worth in (*report.facts, *report.opportunities):
    print(f"{worth.when}: {'nothing would do' if worth.theta is None else f'Theta({worth.theta})'}")

# Delegation is no free lunch: without assumptions it depends.
for leaf in regime_map(load("k-task"), keep=False).leaves:
    print(f"{leaf.winner} where {' and '.join(leaf.conditions)}")
