"""``gilext info``."""

from __future__ import annotations

import click

from gilext.cli.numbers import Seconds
from gilext.cli.output import as_json, show, telling
from gilext.core.foreign_code import look_in_this_folder
from gilext.loops.installation import info


@click.command("info")
@click.argument("modules", nargs=-1, metavar="[MODULE]...")
@click.option(
    "--imports",
    "asks_imports",
    is_flag=True,
    help="Import each MODULE in another process, and show which extension modules that loads need "
    "the GIL, and who imports them.",
)
@click.option(
    "--timeout", "seconds", type=Seconds(min=0, min_open=True), default=60.0,
    show_default=True, metavar="SECONDS", help="How long the imports may take.",
)  # fmt: skip
@as_json
def command(modules: tuple[str, ...], asks_imports: bool, seconds: float, as_json: bool) -> None:
    """Show the interpreter, its GIL, the usable cores and the available bindings.

    With --imports, show whether importing a MODULE brings the GIL of a free-threaded build back.
    """
    if bool(modules) != asks_imports:
        raise click.UsageError("give --imports and at least one MODULE, or neither")
    if asks_imports:
        _show_imports(modules, seconds, as_json)
    else:
        show(info(), as_json)


def _show_imports(modules: tuple[str, ...], seconds: float, as_json: bool) -> None:
    from gilext.auditing.importing.import_audit import ImportFailed, audit_imports

    look_in_this_folder()
    try:
        with telling(f"importing {', '.join(modules)}"):
            audit = audit_imports(modules, seconds)
    except ImportFailed as error:
        raise click.ClickException(str(error)) from None
    show(audit, as_json)
