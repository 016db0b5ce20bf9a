"""`python -m azukari`: the same as the `azukari` command."""

import sys

from azukari.ops.cli import main

sys.exit(main())
