"""A network of the functions' own, without a way out: services are reached by endpoints."""

import aws_cdk as cdk

from infrastructure.base import NOTHING, Base, Data, allow, name, policy, setting, sub, trust, when
from infrastructure.security import Key

HERE = "HasNetwork"
ZONES = 2
RANGE = "10.42.0.0/16"
GATEWAYS = ("dynamodb", "s3")
"""Free of charge; the others cost by the hour in each zone."""

INTERFACES = (
    "athena",
    "events",
    "execute-api",
    "glue",
    "kinesis-streams",
    "kms",
    "lambda",
    "logs",
    "secretsmanager",
    "sqs",
    "xray",
    "bedrock-runtime",
)


def add_network(stack: Base, key: Key) -> Data:
    """The functions' VpcConfig; nothing where the network is switched off."""

    def add(id: str, type: str, properties: dict[str, Data]) -> cdk.CfnResource:
        return stack.add(id, f"AWS::EC2::{type}", properties, condition=HERE)

    tags = [{"Key": "Name", "Value": name("functions")}]
    vpc = add(
        "Network",
        "VPC",
        {
            "CidrBlock": RANGE,
            "EnableDnsSupport": True,
            "EnableDnsHostnames": True,
            "Tags": tags,
        },
    )
    table = add("NetworkRoutes", "RouteTable", {"VpcId": vpc.ref, "Tags": tags})
    control = add("NetworkAcl", "NetworkAcl", {"VpcId": vpc.ref, "Tags": tags})
    subnets = []
    for zone in range(ZONES):
        subnet = add(
            f"Subnet{zone + 1}",
            "Subnet",
            {
                "VpcId": vpc.ref,
                "CidrBlock": f"10.42.{zone}.0/24",
                "AvailabilityZone": cdk.Fn.select(zone, cdk.Fn.get_azs()),
                "MapPublicIpOnLaunch": False,
                "Tags": tags,
            },
        )
        add(
            f"Subnet{zone + 1}Routes",
            "SubnetRouteTableAssociation",
            {"SubnetId": subnet.ref, "RouteTableId": table.ref},
        )
        add(
            f"Subnet{zone + 1}Acl",
            "SubnetNetworkAclAssociation",
            {"SubnetId": subnet.ref, "NetworkAclId": control.ref},
        )
        subnets.append(subnet)
    _add_rules(add, control)
    functions = _add_groups(add, vpc)
    for service in GATEWAYS:
        add(
            f"{service.capitalize()}Gateway",
            "VPCEndpoint",
            {
                "VpcId": vpc.ref,
                "ServiceName": sub(f"com.amazonaws.${{AWS::Region}}.{service}"),
                "VpcEndpointType": "Gateway",
                "RouteTableIds": [table.ref],
            },
        )
    _add_flow_log(stack, vpc, key)
    for service in INTERFACES:
        add(
            "".join(part.capitalize() for part in service.split("-")) + "Endpoint",
            "VPCEndpoint",
            {
                "VpcId": vpc.ref,
                "ServiceName": sub(f"com.amazonaws.${{AWS::Region}}.{service}"),
                "VpcEndpointType": "Interface",
                "PrivateDnsEnabled": True,
                "SubnetIds": [subnet.ref for subnet in subnets],
                "SecurityGroupIds": [functions["endpoints"].ref],
            },
        )
    return when(
        HERE,
        {
            "SubnetIds": [subnet.ref for subnet in subnets],
            "SecurityGroupIds": [functions["functions"].ref],
        },
        NOTHING,
    )


def _add_groups(add: Data, vpc: cdk.CfnResource) -> dict[str, cdk.CfnResource]:
    """Functions may speak TLS; endpoints listen to the network alone."""
    tls = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    functions = add(
        "FunctionsGroup",
        "SecurityGroup",
        {
            "VpcId": vpc.ref,
            "GroupDescription": "Functions: no calls in, TLS out",
            "SecurityGroupEgress": [
                # The gateways of DynamoDB and S3 have public addresses; no other way leads out.
                {**tls, "CidrIp": "0.0.0.0/0", "Description": "Services by endpoints"}
            ],
        },
    )
    endpoints = add(
        "EndpointsGroup",
        "SecurityGroup",
        {
            "VpcId": vpc.ref,
            "GroupDescription": "Endpoints: TLS from the functions",
            "SecurityGroupIngress": [
                {
                    **tls,
                    "SourceSecurityGroupId": functions.ref,
                    "Description": "The functions",
                }
            ],
            "SecurityGroupEgress": [{**tls, "CidrIp": RANGE, "Description": "Nothing begins here"}],
        },
    )
    return {"functions": functions, "endpoints": endpoints}


def _add_rules(add: Data, control: cdk.CfnResource) -> None:
    """TLS out, answers in; gateways' answers come from public addresses."""
    for number, (id, egress, ports, source) in enumerate(
        (
            ("TlsOut", True, (443, 443), "0.0.0.0/0"),
            ("TlsIn", False, (443, 443), RANGE),
            ("AnswersIn", False, (1024, 65535), "0.0.0.0/0"),
            ("AnswersOut", True, (1024, 65535), RANGE),
        )
    ):
        add(
            f"NetworkAcl{id}",
            "NetworkAclEntry",
            {
                "NetworkAclId": control.ref,
                "RuleNumber": 100 + number,
                "Protocol": 6,
                "RuleAction": "allow",
                "Egress": egress,
                "CidrBlock": source,
                "PortRange": {"From": ports[0], "To": ports[1]},
            },
        )


def _add_flow_log(stack: Base, vpc: cdk.CfnResource, key: Key) -> None:
    log = stack.add(
        "NetworkLog",
        "AWS::Logs::LogGroup",
        {
            "LogGroupName": sub("/aws/vpc/${ProjectName}-${Environment}"),
            "RetentionInDays": setting("LogDays"),
            "KmsKeyId": key.arn,
        },
        condition=HERE,
        keep="Delete",
    )
    role = stack.add(
        "NetworkLogRole",
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": trust(
                "vpc-flow-logs.amazonaws.com", same_account=True
            ),
            "Policies": [
                {
                    "PolicyName": "own",
                    "PolicyDocument": policy(
                        allow(
                            ["logs:CreateLogStream", "logs:DescribeLogStreams",
                             "logs:PutLogEvents"],
                            log.get_att("Arn"),
                        )
                    ),
                }
            ],
        },
        condition=HERE,
    )  # fmt: skip
    stack.add(
        "NetworkFlow",
        "AWS::EC2::FlowLog",
        {
            "ResourceId": vpc.ref,
            "ResourceType": "VPC",
            # What was refused; everything would cost more than the functions.
            "TrafficType": "REJECT",
            "LogGroupName": log.ref,
            "DeliverLogsPermissionArn": role.get_att("Arn"),
        },
        condition=HERE,
    )
