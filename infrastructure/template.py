"""The template as text."""

import tempfile
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import yaml

from infrastructure.stack import Infrastructure

FILE = Path(__file__).with_name("cloudformation-template.yml")
_HEAD = """\
# Made by `make template` from what the domains declare; change infrastructure/ instead.
"""


def synthesised() -> dict[str, Any]:
    """The template, which depends on nothing but the source."""
    with tempfile.TemporaryDirectory() as folder:
        # CDK's own judgement tries every combination of conditions, which takes hours; the tests
        # judge the template of each environment instead.
        app = cdk.App(
            outdir=folder, analytics_reporting=False, builtin_cloud_formation_validation=False
        )
        stack = Infrastructure(app, "omnix-ai-infrastructure")
        template: dict[str, Any] = app.synth().get_stack_artifact(stack.artifact_id).template
    return template


def text(template: dict[str, Any]) -> str:
    first = ("AWSTemplateFormatVersion", "Description", "Transform", "Parameters", "Rules",
             "Mappings", "Conditions", "Resources", "Outputs")  # fmt: skip
    ordered = {section: template[section] for section in first if section in template}
    assert ordered.keys() == template.keys(), template.keys() - ordered.keys()
    return _HEAD + yaml.dump(
        ordered, Dumper=_Dumper, sort_keys=False, width=100, default_flow_style=False
    )


class _Dumper(yaml.SafeDumper):
    """Writes out what is repeated, and texts of several lines as they are."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, data: str) -> yaml.ScalarNode:
    style = "|" if "\n" in data else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Dumper.add_representer(str, _text)
