"""The process in which the files of a site are killed, raced and searched for: `python -m tests.whole.files_child <what> …`.

`<scenario>:<stride>` kills one; any other name runs one of the acts below. Prints a line for each.
"""

from __future__ import annotations

import sys
import traceback

import django

django.setup()

from azukari.store.scope import office_scope  # noqa: E402
from tests.cast import Cast, make_cast  # noqa: E402
from tests.whole import failing_files, killing_files, racing_files  # noqa: E402


def main(wanted: list[str], cast: Cast) -> int:
    """Run what is wanted, one after the other. One that fails does not stop the others."""
    code = 0
    for what in wanted:
        name, _, stride = what.partition(":")
        try:
            if name in racing_files.RACES:
                said = racing_files.RACES[name](cast.minato)
            else:
                with office_scope(cast.minato.id):
                    if stride:
                        said = killing_files.run(name, cast.minato, int(stride))
                    else:
                        said = getattr(failing_files, name)(cast.minato)
        except Exception:
            sys.stderr.write(f"{what} failed:\n{traceback.format_exc()[-1500:]}\n")
            code = 1
        else:
            sys.stdout.write(f"{name} {said}\n")
            sys.stdout.flush()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], make_cast()))
