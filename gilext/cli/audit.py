"""``gilext audit``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from gilext.auditing.audit import Audit, audit, audit_environment
from gilext.auditing.importing.environments import UnusableEnvironment
from gilext.auditing.rules.requirements import CHOICES, parse_requirements, unmet_of
from gilext.auditing.rules.sarif import sarif_of
from gilext.auditing.tables.cases import Cases, load_cases
from gilext.auditing.tables.gil_table import TABLE_SUFFIXES, GilTable
from gilext.auditing.tables.observing import observe, observe_cases
from gilext.auditing.targets.packages import UnknownTarget
from gilext.cli.numbers import Seconds
from gilext.cli.output import as_json, failing_to_write, show, telling
from gilext.cli.signal_exits import exiting_on_signals
from gilext.core.foreign_code import look_in_this_folder
from gilext.core.whole_files import replacing

_THIS = ""  # the environment of the interpreter that runs this


def _required(_: click.Context, __: click.Parameter, said: str | None) -> tuple[str, ...]:
    try:
        return parse_requirements(said) if said is not None else ()
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _cases(_: click.Context, __: click.Parameter, path: Path | None) -> Cases | None:
    try:
        return load_cases(path) if path is not None else None
    except OSError as error:
        raise click.BadParameter(f"{path} can't be read: {error.strerror}") from None
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command("audit")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option(
    "--environment",
    is_flag=False,
    flag_value=_THIS,
    metavar="[PATH]",
    help="Audit every installed package, of this environment or of that at PATH.",
)
@click.option(
    "--import/--no-import",
    "imports",
    default=None,
    help="Import the modules, in another process without a network, to see what they declare; by "
    "default, if they are installed.",
)
@click.option(
    "--timeout",
    type=Seconds(min=0, min_open=True),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="How long importing one module may take.",
)
@click.option(
    "--require",
    "required",
    callback=_required,
    metavar="LIST",
    help=f"Exit with 1 unless all is known to be met that LIST has, of: {', '.join(CHOICES)}.",
)
@click.option(
    "--sarif",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the findings of the rules for code scanning.",
)
@click.option("--setup", default="", metavar="CODE", help="Code to run once, for --call.")
@click.option("--call", metavar="EXPRESSION", help="Check what this expression does with the GIL.")
@click.option(
    "--cases",
    callback=_cases,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Check each function and size that a cases file lists: the GIL table of a library.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the GIL table to a .json or .md file.",
)
@as_json
def command(
    targets: tuple[str, ...],
    environment: str | None,
    imports: bool | None,
    timeout: float,
    required: tuple[str, ...],
    sarif: Path | None,
    setup: str,
    call: str | None,
    cases: Cases | None,
    output: Path | None,
    as_json: bool,
) -> int:
    """Say what a compiled package could do with the GIL, what it declares, and what is wrong.

    A TARGET is an installed package or module, or the path of a wheel, of a compiled file, or of a
    folder of them. Nothing of a file is run unless --import asks for it. With --call or --cases,
    functions are called, and checked as by `gilext check`. The exit code is 0; 1 if --require isn't
    met; or 2 if there is nothing to audit.
    """
    _check_options(targets, environment, required, sarif, call, cases, output)
    look_in_this_folder()
    table = _observed(setup, call, cases)
    if output is not None and table is not None:
        with failing_to_write(output):
            table.save(output)
    if not targets and environment is None:
        assert table is not None
        show(table, as_json)
        return 0
    found = replace(_audited(targets, environment, imports, timeout), observed=table)
    if sarif is not None:
        with failing_to_write(sarif), replacing(sarif) as file:
            file.write_text(json.dumps(sarif_of(found.packages), indent=1) + "\n", encoding="utf-8")
    show(found, as_json)
    return _missed(found, required)


def _check_options(
    targets: Sequence[str],
    environment: str | None,
    required: Sequence[str],
    sarif: Path | None,
    call: str | None,
    cases: Cases | None,
    output: Path | None,
) -> None:
    is_observed = call is not None or cases is not None
    if targets and environment is not None:
        raise click.UsageError("give either TARGET or --environment")
    if not targets and environment is None:
        if not is_observed:
            raise click.UsageError("give a TARGET, --environment, --call or --cases")
        if required or sarif is not None:
            raise click.UsageError("--require and --sarif are about a TARGET or --environment")
    if call is not None and cases is not None:
        raise click.UsageError("give either --call or --cases")
    if output is not None:
        if not is_observed:
            raise click.UsageError("--output writes the table of --call or --cases")
        if output.suffix.lower() not in TABLE_SUFFIXES:
            suffixes = " or ".join(TABLE_SUFFIXES)
            raise click.UsageError(f"--output must end in {suffixes}, not {output.name!r}")


def _observed(setup: str, call: str | None, cases: Cases | None) -> GilTable | None:
    """Check what --call or --cases asks for."""
    if call is None and cases is None:
        return None
    with telling("checking functions") as tell:

        def progress(done: int, total: int, case: str) -> None:
            tell(f"checking {case}: {done} of {total} checks are done")

        if cases is not None:
            return observe_cases(cases, progress=progress)
        try:
            return observe(str(call), setup, progress=progress)
        except ValueError as error:
            raise click.UsageError(f"--call or --setup: {error}") from None


def _audited(
    targets: Sequence[str], environment: str | None, imports: bool | None, timeout: float
) -> Audit:
    with telling("looking for compiled files") as tell, exiting_on_signals():
        try:
            if environment is None:
                return audit(*targets, imports=imports, seconds=timeout, progress=tell)
            return audit_environment(
                environment or None, imports=imports, seconds=timeout, progress=tell
            )
        except (UnknownTarget, UnusableEnvironment) as error:
            raise click.UsageError(str(error)) from None
        except ImportError as error:
            raise click.ClickException(str(error)) from None


def _missed(found: Audit, required: Sequence[str]) -> int:
    missed = list(unmet_of(found.packages, required))
    for one in missed:
        click.echo(f"gilext: {one.requirement} is required, but {one.message}", err=True)
    return int(bool(missed))
