"""Designs as data and as text, in the words of hand designs, so that what is printed can be read back."""

from __future__ import annotations

from typing import Any

from decomposer.design.nodes import (
    Call,
    Case,
    Design,
    Each,
    Escalate,
    ForEach,
    Hole,
    If,
    Merge,
    Recurse,
    Repeat,
    Retry,
    Seq,
    Serve,
    Stride,
    Until,
    Vote,
)
from decomposer.expr import ONE, Expr, as_expr, pretty
from decomposer.problem.model import Problem

Data = dict[str, Any]


def steps(problem: Problem, node: Design) -> list[Data]:
    """Write a design as the list of steps that a problem file would hold."""
    if isinstance(node, Seq):
        return [step for part in node.steps for step in steps(problem, part)]
    if isinstance(node, Call):
        return [_call(problem, node)]
    assert not isinstance(node, Hole), "only complete designs are written"
    body = steps(problem, node.body)
    if isinstance(node, Repeat):
        named: Data = {"as": node.index} if node.index else {}
        return [{"repeat": _formula(node.count), **named, "do": body}]
    if isinstance(node, Until):
        return [{"until": node.finder, "do": body}]
    if isinstance(node, Each):
        group: Data = {} if node.size == ONE else {"group": _formula(node.size)}
        return [{"each": node.part, **group, "do": body}]
    if isinstance(node, Merge):
        parts: Data = {} if node.size == ONE else {"group": _formula(node.size)}
        taken_in: Data = {} if node.fan_in is None else {"fan_in": _formula(node.fan_in)}
        return [{"merge": node.task, **parts, **taken_in, "do": body, "by": steps(problem, node.merge)}]
    if isinstance(node, Recurse):
        cases: Data = {} if node.size == ONE else {"group": _formula(node.size)}
        split: Data = {} if node.split is None else {"split": steps(problem, node.split)}
        by: Data = {} if node.combine is None else {"by": steps(problem, node.combine)}
        return [{"recurse": node.task, "into": _formula(node.into), **cases, **split, "do": body, **by}]
    if isinstance(node, Serve):
        some: Data = {} if node.size == ONE else {"group": _formula(node.size)}
        last: Data = {} if node.last is None else {"last": _formula(node.last)}
        every: Data = {} if node.every is None else {"every": _formula(node.every)}
        short: Data = {} if node.condense is None else {"by": steps(problem, node.condense)}
        return [{"serve": node.task, **some, **last, **every, "do": body, **short}]
    if isinstance(node, ForEach):
        return [{"for_each": node.finder, "do": body}]
    if isinstance(node, If):
        other: Data = {} if node.orelse is None else {"else": steps(problem, node.orelse)}
        return [{"if": node.finder, "do": body, **other}]
    if isinstance(node, Case):
        share: Data = {} if node.share == ONE else {"share": _formula(node.share)}
        return [{"case": node.task, **share, "do": body}]
    if isinstance(node, Stride):
        taken: Data = {} if node.size == ONE else {"group": _formula(node.size)}
        return [{"steps": node.task, **taken, "do": body}]
    if isinstance(node, Escalate):
        return [{"escalate": _names(node.tasks), "do": body, "else": steps(problem, node.then)}]
    if isinstance(node, Retry):
        keep: Data = {"keep": True} if node.keep else {}
        return [{"retry": _names(node.tasks), **keep, "do": body}]
    assert isinstance(node, Vote)
    if node.lead is not None:
        return [{"vote": 1, "lead": _formula(node.lead), "do": body}]
    return [{"vote": _formula(node.votes), "do": body}]


def _call(problem: Problem, node: Call) -> Data:
    data: Data = {"call": _names(node.tasks)}
    reads = [read for name in node.tasks for read in problem.tasks[name].reads]
    parts = [problem.texts[read.text].part for read in reads]
    part = next((name for name in parts if name is not None), None)
    heads = [read.text for read in reads if read.head]
    if node.scope == "part":
        data["on"] = part
    elif node.scope == "whole":
        data["on"] = next(read.text for read in reads if problem.texts[read.text].part is not None)
    elif heads and not node.narrow:
        data["on"] = heads[0]
    if node.able:
        data["able"] = list(node.able)
    if node.among is not None:
        data["among"] = _formula(node.among)
    if node.history is not None:
        data["history"] = node.history
    if node.digests:
        data["digest"] = _names(node.digests)
    if node.write is not None:
        data["rewrite"] = node.write
    if node.model is not None:
        data["model"] = node.model
    return data


def _names(tasks: tuple[str, ...]) -> str | list[str]:
    return tasks[0] if len(tasks) == 1 else list(tasks)


def _formula(value: Expr) -> int | str:
    number = value.as_fraction()
    return int(number) if number is not None and number.denominator == 1 else str(value)


def _shown(value: int | str) -> str:
    """A formula for people."""
    return pretty(as_expr(value))


def tree(problem: Problem, node: Design) -> list[str]:
    """Write a design as indented lines of plain words."""
    lines: list[str] = []
    _lines(steps(problem, node), "", lines)
    return lines


def _lines(data: list[Data], indent: str, lines: list[str]) -> None:
    for step in data:
        lines.append(indent + _sentence(step))
        if "recurse" in step:
            _recursion(step, indent, lines)
            continue
        _lines(step.get("do", []), indent + "  ", lines)
        if "serve" in step and "by" in step:
            lines.append(f"{indent}after every {_shown(step['every'])} calls:")
            _lines(step["by"], indent + "  ", lines)
        elif "by" in step:
            fan_in = step.get("fan_in")
            taken = (
                f"{_shown(fan_in)} at a time, level by level" if fan_in else "one after the other, with all before it"
            )
            lines.append(f"{indent}then combine the results of {step['merge']}, {taken}:")
            _lines(step["by"], indent + "  ", lines)
        if "else" in step:
            lines.append(indent + "otherwise:")
            _lines(step["else"], indent + "  ", lines)


def _recursion(step: Data, indent: str, lines: list[str]) -> None:
    """What is done with a problem that is divided, and with one that is not."""
    if "split" in step:
        lines.append(f"{indent}to divide:")
        _lines(step["split"], indent + "  ", lines)
    lines.append(
        f"{indent}base cases of {_shown(step['group'])} parts:" if "group" in step else f"{indent}single parts:"
    )
    _lines(step["do"], indent + "  ", lines)
    if "by" in step:
        lines.append(f"{indent}to combine:")
        _lines(step["by"], indent + "  ", lines)


def _sentence(step: Data) -> str:
    if "call" in step:
        return _call_words(step)
    if "repeat" in step:
        index = f", round {step['as']}" if "as" in step else ""
        return f"repeat {_shown(step['repeat'])} times{index}:"
    if "until" in step:
        return f"repeat until {step['until']} finds nothing:"
    if "each" in step:
        group = step.get("group")
        many = f"group of {_shown(group)} {step['each']}s" if group else step["each"]
        return f"for each {many}, in parallel:"
    if "merge" in step:
        group = step.get("group")
        return f"for each group of {_shown(group)} parts, in parallel:" if group else "for each part, in parallel:"
    if "recurse" in step:
        return f"divide {step['recurse']} into {_shown(step['into'])}, and these in the same way, in parallel"
    if "serve" in step:
        group = f"group of {_shown(step['group'])} parts" if "group" in step else "part"
        known = "its condensed memory" if "every" in step else "all before in memory"
        known = f"the last {_shown(step['last'])} in memory" if "last" in step else known
        return f"for each {group}, one after the other, with {known}:"
    if "for_each" in step:
        return f"for each item that {step['for_each']} found:"
    if "if" in step:
        return f"if {step['if']} found something:"
    if "case" in step:
        share = f" (of {_shown(step['share'])} capabilities each)" if "share" in step else ""
        return f"by the one specialist{share} that {step['case']} needs:"
    if "steps" in step:
        taken = step.get("group")
        return f"for every {f'{_shown(taken)} steps' if taken else 'step'} of {step['steps']}, in turn:"
    if "escalate" in step:
        return f"once, in the hope that {_join(step['escalate'])} is accepted:"
    if "retry" in step:
        kept = ", keeping what is accepted" if step.get("keep") else ""
        return f"until {_join(step['retry'])} is accepted{kept}:"
    lead = f"first to lead by {_shown(step['lead'])}" if "lead" in step else f"majority of {_shown(step['vote'])}"
    return f"vote, {lead}:"


def _call_words(step: Data) -> str:
    words = f"call {_join(step['call'], ' + ')}"
    notes: list[str] = []
    if "able" in step:
        notes.append(f"by a model that can also {_join(step['able'])}")
    if "on" in step:
        notes.append(f"on {step['on']}")
    if "digest" in step:
        notes.append(f"reading the digest by {_join(step['digest'])}")
    if "among" in step:
        notes.append(f"among {_shown(step['among'])}")
    if "history" in step:
        notes.append(f"with the history of rounds 1..{step['history']}")
    if "rewrite" in step:
        notes.append(
            {"all": "rewriting all", "part": "rewriting one part", "patch": "writing a patch"}[step["rewrite"]]
        )
    if "model" in step:
        notes.append(f"by {step['model']}")
    return words + (f" ({', '.join(notes)})" if notes else "")


def _join(names: str | list[str], by: str = " and ") -> str:
    return names if isinstance(names, str) else by.join(names)
