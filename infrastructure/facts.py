"""Athena for facts that have outgrown a function: a work group, and a database of Glue."""

import aws_cdk as cdk

from infrastructure.base import Base, name
from infrastructure.security import Key
from omnix.runtimes.aws.functions import ATHENA_ANSWERS

FACTS = "facts"
MOST_BYTES = 200 * 10**9
"""That a query may look through, at five dollars a terabyte: a dollar."""


def workgroup() -> str:
    return name(FACTS)


def database() -> str:
    """Its names have no dashes."""
    return cdk.Fn.join("_", cdk.Fn.split("-", workgroup()))


def add_facts(stack: Base, lake: cdk.CfnResource, key: Key) -> None:
    """The tables are told of by the functions, once they are there."""
    answers = cdk.Fn.join("", ["s3://", lake.ref, f"/{ATHENA_ANSWERS}"])
    stack.add(
        "FactsDatabase",
        "AWS::Glue::Database",
        {
            "CatalogId": cdk.Aws.ACCOUNT_ID,
            "DatabaseInput": {"Name": database(), "Description": "Facts in the data lake"},
        },
    )
    stack.add(
        "FactsGroup",
        "AWS::Athena::WorkGroup",
        {
            "Name": workgroup(),
            "Description": "Questions about facts that have outgrown a function",
            "RecursiveDeleteOption": True,
            "WorkGroupConfiguration": {
                "BytesScannedCutoffPerQuery": MOST_BYTES,
                "EnforceWorkGroupConfiguration": True,
                # The first that reads Delta tables as they are.
                "EngineVersion": {"SelectedEngineVersion": "Athena engine version 3"},
                "PublishCloudWatchMetricsEnabled": True,
                "ResultConfiguration": {
                    "EncryptionConfiguration": {"EncryptionOption": "SSE_KMS", "KmsKey": key.arn},
                    "OutputLocation": answers,
                },
            },
        },
    )
