"""cdk-nag, cfn-lint and checkov over the template as it is in each environment."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk.cloudformation_include import CfnInclude
from cases import CASES, Template
from cdk_nag import AwsSolutionsChecks

from infrastructure.acknowledged import CHECKOV, EVERYTHING, NAG, WILDCARDS
from infrastructure.template import FILE, text

BIN = Path(sys.executable).parent


def findings(template: Template, folder: Path) -> list[tuple[str, str]]:
    """Every broken rule of AwsSolutions with a resource that breaks it."""
    file = folder / "template.json"
    file.write_text(json.dumps(template))
    out = folder / "out"
    app = cdk.App(
        outdir=str(out), analytics_reporting=False, builtin_cloud_formation_validation=False
    )
    stack = cdk.Stack(app, "checked", synthesizer=cdk.BootstraplessSynthesizer())
    CfnInclude(stack, "of", template_file=str(file))
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    # Findings make synthesis fail; the report tells them.
    with pytest.raises(RuntimeError):
        app.synth()
    (report,) = json.loads((out / "validation-report.json").read_text())["pluginReports"]
    return [
        (violation["ruleName"].removeprefix("AwsSolutions-"), path["constructPath"].split("/")[-1])
        for violation in report["violations"]
        for path in violation["violatingConstructs"]
    ]


def acknowledged(rule: str, resource: str) -> bool:
    name, _, detail = rule.partition("[")
    if name != "IAM5":
        return name in NAG
    if detail == "Resource::*]":
        return any(fnmatch(resource, pattern) for pattern in EVERYTHING)
    return any(re.search(pattern + r"\]$", detail) for pattern in WILDCARDS)


@pytest.mark.parametrize("case", CASES)
def test_nag_finds_only_what_is_acknowledged(
    case: str, made: Callable[..., Template], tmp_path: Path
) -> None:
    found = findings(made(case), tmp_path)
    assert ("APIG4", "ApiAnyProxy") in found, "the rules were not run"
    assert not [one for one in found if not acknowledged(*one)]
    if case.startswith(("staging", "prod")):
        assert not {rule for rule, _ in found} & {"APIG3", "DDB3", "S1"}


def test_the_template_has_no_errors(
    whole: Template, made: Callable[..., Template], tmp_path: Path
) -> None:
    """As it is written, and as it is with everything switched on."""
    files = [tmp_path / "whole.yml", tmp_path / "prod.json"]
    files[0].write_text(text(whole))
    files[1].write_text(json.dumps(made("prod-all")))
    run = subprocess.run(
        [BIN / "cfn-lint", *files], capture_output=True, text=True, check=False, timeout=300
    )
    assert run.returncode == 0, run.stdout


def test_checkov_finds_only_what_is_acknowledged(
    made: Callable[..., Template], tmp_path: Path
) -> None:
    for case in ("dev", "prod-all"):
        (tmp_path / f"{case}.json").write_text(json.dumps(made(case)))
    run = subprocess.run(
        [
            *(BIN / "checkov", "--skip-download", "--quiet", "--compact", "--output", "json"),
            *("--framework", "cloudformation", "--directory", str(tmp_path)),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    results = json.loads(run.stdout)["results"]
    found = {(one["check_id"], one["resource"]) for one in results["failed_checks"]}
    assert not [one for one in found if one[0] not in CHECKOV]


def test_the_template_in_the_folder_is_current(whole: Template) -> None:
    assert FILE.read_text() == text(whole), "run: make template"
