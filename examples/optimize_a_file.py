"""Optimise a problem file, and read the answer."""

from decomposer import load, optimize

problem = load("debugging")  # a shipped problem; a path works the same
result = optimize(problem)

print(result.status)
print(f"cost: Theta({result.theta})")
print(result.tree)
for agent in result.agents:
    print(f"{agent.name}: a model of size {agent.agent.size}, Theta({agent.theta})")

# The same problem at numbers: the cheapest design for exactly this code base.
numbers = {"k": 300, "l": 400, "b": 12, "m_q": 8, "m_d": 70}
print(optimize(problem, at=numbers).cost.value)
