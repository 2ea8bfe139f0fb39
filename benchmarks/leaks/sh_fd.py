"""A pipe of each command.

See https://github.com/amoffat/sh/issues/336.
"""

import sh

fn = sh.true
calls = 100
