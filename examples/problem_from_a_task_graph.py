"""Build a problem in code from a networkx task graph, and optimise it."""

import networkx

from decomposer import from_networkx, optimize

graph = networkx.DiGraph(name="contract-review")
graph.add_node("flag", reads="contract", requires="spot", local="clause", finds={"count": "r"})
graph.add_node("rewrite", reads="contract", edits="contract", requires="draft", local="clause", for_each="flag")
graph.add_edge("flag", "rewrite", text="remark", tokens=20)

problem = from_networkx(
    graph,
    parameters={
        "c": "clauses",
        "t": "tokens in a clause",
        "r": "risky clauses",
        "m_s": "size of a model that spots risks",
        "m_l": "size of a model that drafts clauses",
    },
    assume=["r <= c"],
    texts={"contract": {"parts": {"clause": "c"}, "each": "t"}},
    capabilities={"spot": "m_s", "draft": "m_l"},
)
result = optimize(problem)
print(f"Theta({result.theta})")
print(result.tree)
