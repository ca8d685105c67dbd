"""Checking a certificate against a problem, and saying what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from decomposer.errors import DecomposerError, Diagnostic
from decomposer.formulas.algebra import Malformed, Refused
from decomposer.problem.load import problem_of
from decomposer.problem.long_form import long_form
from decomposer.problem.model import Problem
from decomposer.problem.source import shown
from decomposer.verbs.combinations import check_costs
from decomposer.verbs.results import FORMAT_VERSION

MAX_BYTES = 16 * 1024 * 1024


class CertificateFormatError(DecomposerError, ValueError):
    """A file that is no certificate."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of checking a certificate.

    Attributes
    ----------
    problem : Problem
    proved : bool
    claims : tuple of (conditions, growth)
        What has been proved: the least growth, in each regime of the certificate's tree.
    reason : str
        Why the certificate was refused.
    """

    problem: Problem
    proved: bool
    claims: tuple[tuple[tuple[str, ...], str], ...] = ()
    reason: str = ""

    def __bool__(self) -> bool:
        return self.proved

    def to_dict(self) -> dict[str, Any]:
        """Write as plain data, fit for JSON."""
        return {
            "format_version": FORMAT_VERSION,
            "problem": self.problem.name,
            "proved": self.proved,
            "claims": [{"when": list(when), "theta": theta} for when, theta in self.claims],
            "reason": self.reason,
        }


def check(problem: Problem | str | Path, certificate: str | bytes, *, name: str | None = None) -> Checked:
    """Check a certificate, given as JSON text, against a problem.

    Parameters
    ----------
    problem : Problem, or the path or name of one
    certificate : str or bytes
    name : str, optional
        What errors call the certificate: its file.

    Raises
    ------
    CertificateFormatError
        When the text is no certificate.

    Notes
    -----
    The proof is checked by `decomposer.checker`, which imports nothing but the standard library and its own
    statement of the rules; reading the problem file is left to the loader of problems.
    """
    problem = problem_of(problem)
    from decomposer.checker.check import check as replay

    check_costs(problem, "a certificate proves a least growth")
    if len(certificate) > MAX_BYTES:
        raise _refused("the certificate is longer than 16 MiB", name)
    try:
        data = json.loads(certificate, object_pairs_hook=_plain, parse_float=_number, parse_constant=_number)
        claims = replay(long_form(problem), data)
    except Refused as error:
        return Checked(problem, False, reason=str(error))
    except Malformed as error:
        raise _refused(f"no certificate: {error}", name) from None
    except json.JSONDecodeError as error:
        raise _refused(f"no certificate: this is not JSON, {_expected(error)}", name, error) from None
    except (ValueError, RecursionError):
        raise _refused("no certificate: this is neither JSON nor text", name) from None
    return Checked(problem, True, tuple(claims))


def _refused(message: str, name: str | None, error: json.JSONDecodeError | None = None) -> CertificateFormatError:
    """What cannot be read as a certificate: where it goes wrong, and how to come by one."""
    hint = "write one with: decomposer optimize PROBLEM --certificate FILE"
    if error is None:
        return CertificateFormatError(Diagnostic(message, "malformed-certificate", hint=hint), file=name)
    source = shown(error.doc.split("\n"), error.lineno, error.colno)
    place = Diagnostic(message, "malformed-certificate", error.lineno, error.colno, hint, source)
    return CertificateFormatError(place, file=name)


def _expected(error: json.JSONDecodeError) -> str:
    """What the reader of JSON misses, as the end of a sentence."""
    text = error.msg.partition(":")[0]
    return "something follows the end" if text == "Extra data" else text[:1].lower() + text[1:]


def _plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Malformed("a field is given twice")
    return found


def _number(text: str) -> Any:
    raise Malformed(f"{text[:40]} is no whole number")
