"""Where the fixtures are, and what holds for the whole run."""

import os

# Settings come from the tests alone, whatever the developer's shell has set.
for name in [name for name in os.environ if name.startswith("ENGAGE_")]:
    del os.environ[name]

pytest_plugins = [
    "tests.fixtures.database",
    "tests.fixtures.dice",
    "tests.fixtures.edges",
    "tests.fixtures.gateway",
    "tests.fixtures.mail",
    "tests.fixtures.provider",
    "tests.fixtures.record",
    "tests.fixtures.scanner",
    "tests.fixtures.web",
]
