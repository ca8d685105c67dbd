"""``decomposer check``."""

from __future__ import annotations

import click

from decomposer.cli.common import deliver, load_problem, output_of, output_options, problem_argument, read_file


@click.command
@problem_argument
@click.argument("certificate", metavar="CERTIFICATE")
@output_options
def check(problem: str, certificate: str, kind: str | None, path: str | None) -> int:
    """Check the proof of an answer, without trusting the program that found it.

    PROBLEM is a problem file, the name of a shipped problem, or - for standard input; CERTIFICATE is a file written
    by `decomposer optimize --certificate`.

    Exit code 0 when it proves what it claims, 1 when it is refused, 2 when it is no certificate.
    """
    output, text, given = output_of(kind, path), read_file(certificate), load_problem(problem)
    from decomposer.report.checked import document
    from decomposer.verbs.check import check as replay

    found = replay(given, text, name="<stdin>" if certificate == "-" else certificate)
    deliver(output, found.to_dict, lambda: document(found))
    return 0 if found.proved else 1
