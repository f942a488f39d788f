"""`python -m cli`, which the launcher `ascertain` hands over to."""

import sys

from cli.app import main

sys.exit(main(sys.argv[1:]))
