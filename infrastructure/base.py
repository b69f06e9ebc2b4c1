"""The stack without its resources: parameters, conditions, and words to write resources with."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import aws_cdk as cdk
from constructs import Construct

from infrastructure.settings import CONDITIONS, PARAMETERS, RULES, SETTINGS

Data = Any
"""A property of CloudFormation: text, number, list, mapping, or a reference."""

NOTHING: Data = cdk.Aws.NO_VALUE


def sub(text: str) -> str:
    """``text`` with ``${...}`` as CloudFormation fills it in."""
    return cdk.Fn.sub(text)


def name(of: str) -> str:
    """The name of a resource: ``<project>-<of>-<env>``."""
    return sub(f"${{ProjectName}}-{of}-${{Environment}}")


def arn(service: str, rest: str) -> str:
    """The ARN of something of this account and region."""
    return sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{rest}")


def when(condition: str, then: Data, otherwise: Data = NOTHING) -> Data:
    return cdk.Fn.condition_if(condition, then, otherwise)


def setting(of: str) -> str:
    """What the environment's mapping says."""
    return cdk.Fn.find_in_map("Settings", cdk.Fn.ref("Environment"), of)


def ref(parameter: str) -> str:
    return cdk.Fn.ref(parameter)


def words(text: str) -> str:
    """``text`` as a part of a logical id: ``low-stock`` is LowStock."""
    return "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", text))


def allow(
    actions: Sequence[str], resources: Data, *, when: Mapping[str, Data] | None = None
) -> dict[str, Data]:
    """A statement of a role's policy."""
    made = {"Effect": "Allow", "Action": list(actions), "Resource": resources}
    return {**made, "Condition": when} if when else made


def policy(*statements: Mapping[str, Data]) -> dict[str, Data]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(service: str, *, same_account: bool = False) -> dict[str, Data]:
    """Who may take a role on: a service, for this account if ``same_account``."""
    made: dict[str, Data] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if same_account:
        made["Condition"] = {"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}}
    return policy(made)


class Base(cdk.Stack):
    """Knows what can be set, and adds resources under the ids that it is given."""

    def __init__(self, scope: Construct, id: str, extra: Mapping[str, Mapping[str, Any]]) -> None:
        """``extra`` are parameters beside PARAMETERS."""
        super().__init__(
            scope,
            id,
            synthesizer=cdk.BootstraplessSynthesizer(),
            description="OMNIX AI: retail customer analytics",
            analytics_reporting=False,
        )
        self.template_options.template_format_version = "2010-09-09"
        # So that deletion policies may differ between environments.
        self.template_options.transforms = ["AWS::LanguageExtensions"]
        for parameter, given in {**PARAMETERS, **extra}.items():
            cdk.CfnParameter(
                self,
                parameter,
                type=given["Type"],
                description=given["Description"],
                default=given["Default"],
                allowed_values=given.get("AllowedValues"),
                allowed_pattern=given.get("AllowedPattern"),
                no_echo=given.get("NoEcho"),
            )
        cdk.CfnMapping(self, "Settings", mapping={k: dict(v) for k, v in SETTINGS.items()})
        for named, expression in CONDITIONS.items():
            cdk.CfnCondition(self, named, expression=_expression(expression))
        for named, rule in RULES.items():
            cdk.CfnRule(
                self,
                named,
                rule_condition=_expression(rule["given"]),
                assertions=[
                    cdk.CfnRuleAssertion(
                        assert_=_expression(rule["holds"]), assert_description=rule["otherwise"]
                    )
                ],
            )

    def add(
        self,
        id: str,
        type: str,
        properties: Mapping[str, Data],
        *,
        condition: str | None = None,
        keep: str | None = None,
        after: Sequence[cdk.CfnResource] = (),
    ) -> cdk.CfnResource:
        """A resource as CloudFormation documents it.

        ``keep`` is what becomes of it when it is removed or replaced, "data" for what the
        environment says about data. ``after`` are resources that must be there first.
        """
        made = cdk.CfnResource(self, id, type=type, properties=properties)
        if condition is not None:
            made.cfn_options.condition = self._condition(condition)
        if keep is not None:
            kept = setting("Keep") if keep == "data" else keep
            made.add_override("DeletionPolicy", kept)
            # On replacement RetainExceptOnCreate is not allowed.
            replaced = when("IsTest", "Delete", "Retain") if keep == "data" else keep
            made.add_override("UpdateReplacePolicy", replaced)
        for other in after:
            made.add_resource_dependency(other)
        return made

    def find(self, id: str) -> cdk.CfnResource:
        found = self.node.find_child(id)
        assert isinstance(found, cdk.CfnResource)
        return found

    def output(self, id: str, description: str, value: str, condition: str | None = None) -> None:
        needed = None if condition is None else self._condition(condition)
        cdk.CfnOutput(self, id, value=value, description=description, condition=needed)

    def _condition(self, id: str) -> cdk.CfnCondition:
        found = self.node.find_child(id)
        assert isinstance(found, cdk.CfnCondition)
        return found


def _expression(data: Mapping[str, Any]) -> cdk.ICfnConditionExpression:
    made: cdk.ICfnConditionExpression = cdk.Token.as_any(data)
    return made
