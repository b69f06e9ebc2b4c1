"""The environments, and each with all that is optional."""

from typing import Any

BASIC = {"CodeBucket": "code", "AWS::Region": "eu-west-1"}
OPTIONS = {
    **BASIC,
    "AWS::Region": "us-east-1",
    "DomainName": "api.example.com",
    "WebDomainName": "shop.example.com",
    "HostedZoneId": "Z0123456789ABC",
    "AlertEmail": "shop@example.com",
    "SpendLimit": "321",
    "MailSender": "shop@example.com",
    "BedrockModel": "anthropic.claude-3-haiku-20240307-v1:0",
    "TrustedAccount": "210987654321",
    "TrustedExternalId": "between-us-two",
    "PrivateNetwork": "true",
    "ModelTraining": "true",
}
CASES = {
    "dev": {**BASIC, "Environment": "dev"},
    "staging": {**BASIC, "Environment": "staging"},
    "prod": {**BASIC, "Environment": "prod"},
    "test": {**BASIC, "Environment": "test"},
    "dev-all": {**OPTIONS, "Environment": "dev"},
    "prod-all": {**OPTIONS, "Environment": "prod"},
}
Template = dict[str, Any]
