"""The report of `map`: the tree, and the designs at its leaves."""

from __future__ import annotations

from decomposer.design.write import tree as design_tree
from decomposer.growth.partition import Branch, Tree
from decomposer.report.document import Block, Code, Facts, Heading, Hint, Points, Title, Writer
from decomposer.verbs.regimes import RegimeMap


def document(found: RegimeMap) -> list[Block]:
    """Lay out a regime map."""
    problem, writer = found.problem, Writer(found.problem)
    count = len(found.leaves)
    verified = "each winner proved against every rival" if found.verified else "not all winners could be proved"
    verified += "" if found.complete else "; some designs were left out for want of room"
    rows = [
        ("assumed", ", ".join(map(writer.condition, problem.assume)) or "nothing but that the parameters grow"),
        ("regimes", f"{count}; {verified}"),
    ]
    blocks: list[Block] = [Title(f"{problem.name}: regimes"), Facts(tuple(rows)), *designs(found, writer)]
    if found.notes:
        blocks += [Heading("note"), Points(found.notes)]
    blocks.append(Hint(f"decomposer optimize {problem.file or problem.name}"))
    return blocks


def designs(found: RegimeMap, writer: Writer) -> list[Block]:
    """The tree, then the design at each of its leaves."""
    problem = found.problem
    blocks: list[Block] = [Heading("which design is best"), Code(tuple(_lines(found, found.tree, writer, "")))]
    winners = [each for each in found.designs if any(leaf.winner == each.name for leaf in found.leaves)]
    for each in winners:
        blocks += [Heading(f"{each.name}: {writer.theta(each.theta)}"), Code(tuple(design_tree(problem, each.design)))]
        places = [leaf for leaf in found.leaves if leaf.winner == each.name and leaf.conditions]
        if places:
            lines = tuple(f"best where {writer.conditions(leaf.conditions)}" for leaf in places)
            blocks.append(Points(lines))
    losers = [each.name for each in found.designs if each not in winners]
    if losers:
        blocks += [Heading("best nowhere"), Points(tuple(losers))]
    return blocks


def _lines(found: RegimeMap, tree: Tree, writer: Writer, indent: str) -> list[str]:
    if isinstance(tree, Branch):
        return [
            f"{indent}if {writer.condition(tree.condition)}:",
            *_lines(found, tree.yes, writer, indent + "  "),
            f"{indent}else:",
            *_lines(found, tree.no, writer, indent + "  "),
        ]
    doubt = "" if tree.verified else "  (not proved)"
    lines = [f"{indent}{tree.winner}, {writer.theta(tree.theta)}{doubt}"]
    policies = found.policies(tree)
    for policy in policies:
        where = f" where {writer.conditions(policy.when)}" if policy.when else ""
        lines.append(f"{indent}  {policy.name} = {writer.policy(policy, policies)}{where}")
    return lines
