"""The template, made once, and what it is in each environment."""

from collections.abc import Callable
from importlib.util import find_spec

import pytest

if find_spec("aws_cdk") is None:
    # Its tools have an environment of their own: make infra-check.
    collect_ignore_glob = ["test_*.py"]
else:
    from cases import CASES, Template
    from resolve import Resolver

    from infrastructure.template import synthesised

    @pytest.fixture(scope="session")
    def whole() -> Template:
        return synthesised()

    @pytest.fixture(scope="session")
    def made(whole: Template) -> Callable[..., Template]:
        """The template of a case, with other parameters where given."""
        known: dict[str, Template] = {}

        def resolved(case: str, **more: str) -> Template:
            key = f"{case}{more}"
            if key not in known:
                known[key] = Resolver(whole, {**CASES[case], **more}).template_of()
            return known[key]

        return resolved
