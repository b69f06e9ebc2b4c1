"""Findings of the checkers that stay, each with its reason; others fail ``make infra-check``."""

from collections.abc import Mapping

NAG: Mapping[str, str] = {
    "APIG2": "bodies are described in OpenAPI 3.1, which only the product can judge",
    "APIG3": "dev and test do without a firewall, which costs more than all else there",
    "APIG4": "the product itself authenticates: tokens, keys and a permission declared per route",
    "CFR1": "a shop may sell everywhere",
    "CFR2": "the firewall stands before the REST API; the pages are public files",
    "CFR4": "CloudFront's own domain name has this certificate and no other",
    "COG4": "users are kept by the product, the same way on one machine",
    "DDB3": "dev and test keep no backups",
    "IAM4": "API Gateway's way to the logs, the same for the whole account",
    "KDS3": "the stream has the stack's own key, as the rule wants",
    "L1": "Python 3.13 is the newest that every pinned wheel supports",
    "S1": "dev and test keep no logs of access to buckets",
    "VPC3": "network ACLs are wanted as a second wall; they let TLS and its answers through",
    "SQS3": "what fails is kept with the product's dead letters; notes of failures need none",
}
"""Rules of cdk-nag's AwsSolutions."""

WILDCARDS: Mapping[str, str] = {
    r"log-group:/aws/lambda/[\w-]+:\*": "streams of the function's own log group",
    r"/index/\*": "indexes of a table that may be read anyway",
    r":secret:[\w-]+/\w+/\*": "secrets are made as they are needed, under the stack's own prefix",
    r"<LakeBucket.Arn>/(blobs(/answers(/athena)?|/training)?|lake)/\*": "objects under one prefix",
    r"/@connections/\*": "connections of the one WebSocket stage",
    r"training-job/[\w-]+-\*": "trainings whose names begin with the stack's",
    r"log-group:/aws/sagemaker/TrainingJobs:\*": "SageMaker's log group of trainings",
    r":table/\w+_facts_\w+/\*": "tables of the one database, told of as they come",
    r":bedrock:\*::foundation-model/\*": "models behind the one inference profile that is named",
    r":ses:[\w-]+:\d+:identity/\*": "whichever identity verifies the one sender that is named",
}
"""Resources that rule IAM5 may name."""

EVERYTHING: Mapping[str, str] = {
    "*Role": "X-Ray knows no resources",
    "*Network": "Lambda makes network interfaces, whose ids are not known before",
    "Reader": "CloudWatch's metrics have no names in rights",
}
"""Resources of the stack that may be allowed something on ``*``."""

CHECKOV: Mapping[str, str] = {
    "CKV_AWS_18": "the bucket of logs of access keeps none of its own; dev keeps none at all",
    "CKV_AWS_27": "queues are encrypted with SQS's own keys, which the check does not know",
    "CKV_AWS_28": "dev and test keep no backups",
    "CKV_AWS_59": "the product itself authenticates",
    "CKV_AWS_68": "the firewall stands before the REST API",
    "CKV_AWS_115": "one function's limit would be taken from the others'; queues have their own",
    "CKV_AWS_116": "calls without a caller have a destination for failures, the newer way",
    "CKV_AWS_117": "a network of their own is an option; services are reached by TLS",
    "CKV_AWS_120": "answers belong to who asks; caching them would mix up users",
    "CKV_AWS_174": "CloudFront's own domain name has this certificate and no other",
}
