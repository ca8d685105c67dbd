"""Find the cheapest way to cut a job into pieces for language models, by asymptotic cost.

Everything public is imported when it is first used: ``import decomposer`` costs nothing.

Examples
--------
>>> import decomposer
>>> problem = decomposer.load("debugging")
>>> problem.name
'debugging'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from decomposer import growth as growth
    from decomposer.errors import DecomposerError as DecomposerError
    from decomposer.errors import DesignError as DesignError
    from decomposer.errors import Diagnostic as Diagnostic
    from decomposer.errors import ExpressionError as ExpressionError
    from decomposer.errors import GrowthError as GrowthError
    from decomposer.errors import InfeasibleError as InfeasibleError
    from decomposer.errors import NotExactError as NotExactError
    from decomposer.errors import OutOfTimeError as OutOfTimeError
    from decomposer.errors import OutsideClassError as OutsideClassError
    from decomposer.errors import ProblemError as ProblemError
    from decomposer.expr import Expr as Expr
    from decomposer.problem.build import build as build
    from decomposer.problem.build import from_networkx as from_networkx
    from decomposer.problem.dump import dumps as dumps
    from decomposer.problem.load import load as load
    from decomposer.problem.load import loads as loads
    from decomposer.problem.model import Capability as Capability
    from decomposer.problem.model import Chain as Chain
    from decomposer.problem.model import Check as Check
    from decomposer.problem.model import Combines as Combines
    from decomposer.problem.model import Compresses as Compresses
    from decomposer.problem.model import CostModel as CostModel
    from decomposer.problem.model import Edit as Edit
    from decomposer.problem.model import Finds as Finds
    from decomposer.problem.model import Law as Law
    from decomposer.problem.model import Method as Method
    from decomposer.problem.model import Model as Model
    from decomposer.problem.model import OneOf as OneOf
    from decomposer.problem.model import Parameter as Parameter
    from decomposer.problem.model import Problem as Problem
    from decomposer.problem.model import Read as Read
    from decomposer.problem.model import Step as Step
    from decomposer.problem.model import Succeeds as Succeeds
    from decomposer.problem.model import Task as Task
    from decomposer.problem.model import Text as Text
    from decomposer.problem.prices import Prices as Prices
    from decomposer.verbs.audit import Audit as Audit
    from decomposer.verbs.audit import audit as audit
    from decomposer.verbs.certify import CertificateError as CertificateError
    from decomposer.verbs.certify import certify as certify
    from decomposer.verbs.check import Checked as Checked
    from decomposer.verbs.check import check as check
    from decomposer.verbs.claim import Verification as Verification
    from decomposer.verbs.claim import claim as claim
    from decomposer.verbs.compare import Comparison as Comparison
    from decomposer.verbs.compare import compare as compare
    from decomposer.verbs.effort import Effort as Effort
    from decomposer.verbs.effort import effort as effort
    from decomposer.verbs.explain import Explanation as Explanation
    from decomposer.verbs.explain import explain as explain
    from decomposer.verbs.front import Front as Front
    from decomposer.verbs.front import front as front
    from decomposer.verbs.optimize import optimize as optimize
    from decomposer.verbs.regimes import RegimeMap as RegimeMap
    from decomposer.verbs.regimes import regime_map as regime_map
    from decomposer.verbs.results import Result as Result
    from decomposer.verbs.simulation import simulate as simulate
    from decomposer.verbs.simulation_results import Simulation as Simulation

__version__ = "0.1.0"

_HOMES = {
    "decomposer.errors": (
        "DecomposerError",
        "DesignError",
        "Diagnostic",
        "ExpressionError",
        "GrowthError",
        "InfeasibleError",
        "NotExactError",
        "OutOfTimeError",
        "OutsideClassError",
        "ProblemError",
    ),
    "decomposer.expr": ("Expr",),
    "decomposer.problem.build": ("build", "from_networkx"),
    "decomposer.problem.dump": ("dumps",),
    "decomposer.problem.load": ("load", "loads"),
    "decomposer.problem.model": (
        "Capability",
        "Chain",
        "Check",
        "Combines",
        "Compresses",
        "CostModel",
        "Edit",
        "Finds",
        "Law",
        "Method",
        "Model",
        "OneOf",
        "Parameter",
        "Problem",
        "Read",
        "Step",
        "Succeeds",
        "Task",
        "Text",
    ),
    "decomposer.problem.prices": ("Prices",),
    "decomposer.verbs.audit": ("Audit", "audit"),
    "decomposer.verbs.certify": ("CertificateError", "certify"),
    "decomposer.verbs.check": ("Checked", "check"),
    "decomposer.verbs.claim": ("Verification", "claim"),
    "decomposer.verbs.compare": ("Comparison", "compare"),
    "decomposer.verbs.effort": ("Effort", "effort"),
    "decomposer.verbs.explain": ("Explanation", "explain"),
    "decomposer.verbs.front": ("Front", "front"),
    "decomposer.verbs.optimize": ("optimize",),
    "decomposer.verbs.regimes": ("RegimeMap", "regime_map"),
    "decomposer.verbs.results": ("Result",),
    "decomposer.verbs.simulation": ("simulate",),
    "decomposer.verbs.simulation_results": ("Simulation",),
}
"""The module that each public name comes from."""

_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Audit",
    "Capability",
    "CertificateError",
    "Chain",
    "Check",
    "Checked",
    "Combines",
    "Comparison",
    "Compresses",
    "CostModel",
    "DecomposerError",
    "DesignError",
    "Diagnostic",
    "Edit",
    "Effort",
    "Explanation",
    "Expr",
    "ExpressionError",
    "Finds",
    "Front",
    "GrowthError",
    "InfeasibleError",
    "Law",
    "Method",
    "Model",
    "NotExactError",
    "OneOf",
    "OutOfTimeError",
    "OutsideClassError",
    "Parameter",
    "Prices",
    "Problem",
    "ProblemError",
    "Read",
    "RegimeMap",
    "Result",
    "Simulation",
    "Step",
    "Succeeds",
    "Task",
    "Text",
    "Verification",
    "__version__",
    "audit",
    "build",
    "certify",
    "check",
    "claim",
    "compare",
    "dumps",
    "effort",
    "explain",
    "from_networkx",
    "front",
    "growth",
    "load",
    "loads",
    "optimize",
    "regime_map",
    "simulate",
]


def __getattr__(name: str) -> Any:
    if name == "growth":
        return import_module("decomposer.growth")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
