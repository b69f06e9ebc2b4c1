"""What the functions may ask of other services where that is switched on: SES, Bedrock,
SageMaker.
"""

from collections.abc import Mapping

import aws_cdk as cdk

from infrastructure.base import Base, allow, arn, name, policy, ref, sub, trust
from infrastructure.security import Key
from omnix.runtimes.aws.functions import FUNCTIONS, MODEL_VARIABLE, SENDER_VARIABLE

TRAINING = ("jobs",)


def _reading(variable: str, roles: Mapping[str, cdk.CfnResource]) -> list[str]:
    """The roles of the functions that read ``variable``: they alone use what it names."""
    return [roles[one.name].ref for one in FUNCTIONS if variable in one.variables]


def add_mail(stack: Base, roles: Mapping[str, cdk.CfnResource]) -> None:
    """The right to send as the one address that is named."""
    stack.add(
        "SendMail",
        "AWS::IAM::ManagedPolicy",
        {
            "Description": "Send mail",
            "Roles": _reading(SENDER_VARIABLE, roles),
            "PolicyDocument": policy(
                allow(
                    ["ses:SendEmail", "ses:SendRawEmail"],
                    # The address or its domain may be what was verified.
                    arn("ses", "identity/*"),
                    when={"StringEquals": {"ses:FromAddress": ref("MailSender")}},
                )
            ),
        },
        condition="HasMail",
    )


def add_language_model(stack: Base, roles: Mapping[str, cdk.CfnResource]) -> None:
    """The right to ask the one model that is named, or the models behind the one inference
    profile that is: which these are, and in which regions, Amazon decides.
    """
    actions = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
    profile = arn("bedrock", "inference-profile/${BedrockModel}")
    models = "arn:${AWS::Partition}:bedrock:%s::foundation-model/%s"
    stack.add(
        "AskModel",
        "AWS::IAM::ManagedPolicy",
        {
            "Description": "Ask the language model",
            "Roles": _reading(MODEL_VARIABLE, roles),
            "PolicyDocument": policy(
                allow(actions, [sub(models % ("${AWS::Region}", "${BedrockModel}")), profile]),
                allow(
                    actions,
                    sub(models % ("*", "*")),
                    when={"StringEquals": {"bedrock:InferenceProfileArn": profile}},
                ),
            ),
        },
        condition="HasModel",
    )


def add_training(
    stack: Base,
    roles: Mapping[str, cdk.CfnResource],
    lake: cdk.CfnResource,
    key: Key,
) -> None:
    """A role that trainings run under, and the right of the jobs to start them."""
    bucket = lake.get_att("Arn").to_string()
    jobs = arn("sagemaker", "training-job/${ProjectName}-${Environment}-*")
    trainer = stack.add(
        "Trainer",
        "AWS::IAM::Role",
        {
            "RoleName": name("trainer"),
            "AssumeRolePolicyDocument": trust("sagemaker.amazonaws.com", same_account=True),
            "Policies": [
                {
                    "PolicyName": "own",
                    "PolicyDocument": policy(
                        # Training frames in, models out: all under one prefix.
                        allow(
                            ["s3:GetObject", "s3:PutObject"],
                            cdk.Fn.join("", [bucket, "/blobs/training/*"]),
                        ),
                        allow(
                            ["s3:ListBucket"],
                            bucket,
                            when={"StringLike": {"s3:prefix": ["blobs/training/*"]}},
                        ),
                        allow(["kms:Decrypt", "kms:GenerateDataKey"], key.arn),
                        allow(
                            ["logs:CreateLogStream", "logs:PutLogEvents"],
                            # SageMaker's own log group of all trainings.
                            arn("logs", "log-group:/aws/sagemaker/TrainingJobs:*"),
                        ),
                    ),
                }
            ],
        },
        condition="HasTraining",
    )
    stack.add(
        "StartTraining",
        "AWS::IAM::ManagedPolicy",
        {
            "Description": "Start and follow trainings",
            "Roles": [roles[one].ref for one in TRAINING],
            "PolicyDocument": policy(
                allow(
                    ["sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob",
                     "sagemaker:StopTrainingJob"],
                    # Trainings of this stack, whose names begin with its own.
                    jobs,
                ),
                allow(
                    ["iam:PassRole"],
                    trainer.get_att("Arn"),
                    when={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
                ),
            ),
        },
        condition="HasTraining",
    )  # fmt: skip
