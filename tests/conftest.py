"""Where the fixtures are, and what holds for the whole run."""

import os

import hypothesis

# Settings come from the tests alone, whatever the developer's shell has set.
for name in [name for name in os.environ if name.startswith("ENGAGE_")]:
    del os.environ[name]

# How long an example takes says how busy the machine is. No test asserts on time.
hypothesis.settings.register_profile("no-deadline", parent=hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("no-deadline")

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
