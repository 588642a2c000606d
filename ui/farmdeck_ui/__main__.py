"""`python -m farmdeck_ui` is `farmdeck`."""

import sys

from farmdeck_ui.cli import main

sys.exit(main())
