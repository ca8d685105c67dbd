"""Compare a design drawn by hand with the optimum: how much dearer, where, and from which size on."""

from decomposer import compare, load

problem = load("debugging")
comparison = compare(problem, "naive", at={"k": 300, "l": 400, "b": 12, "m_q": 8, "m_d": 70})

row = comparison.rows[0]
print(f"{row.name} costs Theta({row.cost.theta}), the optimum Theta({comparison.reference.cost.theta})")
for tasks, ratio in row.by_tasks:
    print(f"{' and '.join(tasks)}: Theta({ratio.expr}) times dearer")
for line in row.difference:
    print(line)
