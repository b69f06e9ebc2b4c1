"""The web pages and the APIs under one address: CloudFront."""

import aws_cdk as cdk

from infrastructure.base import Base, Data, name, ref, sub, when
from infrastructure.storage import Storage, add_bucket_policy

# Amazon's own policies have the same ids everywhere.
_CACHE, _NO_CACHE = "658327ea-f89d-4fab-a63d-7e88639e58f6", "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
_ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"

_CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
"""Route 53's zone of all distributions."""

PAGES = """function handler(event) {
  var request = event.request;
  var last = request.uri.split('/').pop();
  if (last === '') {
    request.uri += 'index.html';
  } else if (last.indexOf('.') < 0) {
    var query = [];
    for (var key in request.querystring) {
      query.push(key + '=' + request.querystring[key].value);
    }
    var rest = query.length ? '?' + query.join('&') : '';
    return {
      statusCode: 308,
      statusDescription: 'Permanent Redirect',
      headers: { location: { value: request.uri + '/' + rest } },
    };
  }
  return request;
}
"""
"""As the local server does: a folder's page is its index.html, and its address ends in a slash."""

LIVE = """function handler(event) {
  event.request.uri = '/';
  return event.request;
}
"""
"""A WebSocket of API Gateway has no path but its stage."""

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""Holds for pages without inline scripts; deploy.sh refuses others."""


ASKED = ("/v1/*", "/mcp", "/.well-known/oauth-protected-resource*", "/ofrep/*", "/problems/*")
"""Paths of the REST API."""


def add_web(stack: Base, storage: Storage) -> cdk.CfnResource:
    """The distribution; ``/v1/ws`` goes to the live API, what programs ask to the REST API."""
    access = stack.add(
        "WebAccess",
        "AWS::CloudFront::OriginAccessControl",
        {
            "OriginAccessControlConfig": {
                "Name": name("web"),
                "OriginAccessControlOriginType": "s3",
                "SigningBehavior": "always",
                "SigningProtocol": "sigv4",
            }
        },
    )
    headers = _add_headers(stack)
    certificate = _add_certificate(stack)
    pages, live = (
        _add_function(stack, id, of, code)
        for id, of, code in (("WebPages", "pages", PAGES), ("WebLive", "live", LIVE))
    )
    api_host = "execute-api.${AWS::Region}.${AWS::URLSuffix}"
    distribution = stack.add(
        "Web",
        "AWS::CloudFront::Distribution",
        {
            "DistributionConfig": {
                "Comment": sub("${ProjectName}-${Environment}"),
                "Enabled": True,
                "Aliases": when("HasWebDomain", [ref("WebDomainName")]),
                "ViewerCertificate": when(
                    "HasWebDomain",
                    {
                        "AcmCertificateArn": certificate.ref,
                        "MinimumProtocolVersion": "TLSv1.2_2021",
                        "SslSupportMethod": "sni-only",
                    },
                ),
                "HttpVersion": "http2and3",
                "IPV6Enabled": True,
                "PriceClass": "PriceClass_100",
                "DefaultRootObject": "index.html",
                "Origins": [
                    {
                        "Id": "pages",
                        "DomainName": storage.static.get_att("RegionalDomainName"),
                        "OriginAccessControlId": access.ref,
                        "S3OriginConfig": {"OriginAccessIdentity": ""},
                    },
                    _api_origin("api", "${Api}." + api_host),
                    _api_origin("live", "${LiveApi}." + api_host),
                ],
                "DefaultCacheBehavior": {
                    "TargetOriginId": "pages",
                    "ViewerProtocolPolicy": "redirect-to-https",
                    "Compress": True,
                    "AllowedMethods": ["GET", "HEAD"],
                    "CachePolicyId": _CACHE,
                    "ResponseHeadersPolicyId": headers.ref,
                    "FunctionAssociations": [_at_request(pages)],
                },
                "CacheBehaviors": [
                    {**_passing("/v1/ws", "live"), "FunctionAssociations": [_at_request(live)]},
                    *(_passing(path, "api") for path in ASKED),
                ],
                "CustomErrorResponses": [
                    # What is not there, S3 answers with 403 to whom it does not list.
                    {
                        "ErrorCode": 403,
                        "ResponseCode": 404,
                        "ResponsePagePath": "/404.html",
                        "ErrorCachingMinTTL": 10,
                    }
                ],
                "Logging": {
                    "Bucket": storage.logs.get_att("RegionalDomainName"),
                    "Prefix": "web/",
                    "IncludeCookies": False,
                },
            }
        },
    )
    _add_records(stack, distribution)
    bucket = storage.static.get_att("Arn").to_string()
    add_bucket_policy(
        stack,
        "StaticBucket",
        storage.static,
        [
            {
                "Sid": "Web",
                "Effect": "Allow",
                "Principal": {"Service": "cloudfront.amazonaws.com"},
                "Action": "s3:GetObject",
                "Resource": cdk.Fn.join("", [bucket, "/*"]),
                "Condition": {
                    "StringEquals": {
                        "AWS:SourceArn": sub(
                            "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:"
                            "distribution/${Web}"
                        )
                    }
                },
            }
        ],
    )
    return distribution


def _add_certificate(stack: Base) -> cdk.CfnResource:
    return stack.add(
        "WebCertificate",
        "AWS::CertificateManager::Certificate",
        {
            "DomainName": ref("WebDomainName"),
            "ValidationMethod": "DNS",
            "DomainValidationOptions": [
                {"DomainName": ref("WebDomainName"), "HostedZoneId": ref("HostedZoneId")}
            ],
        },
        condition="HasWebDomain",
    )


def _add_records(stack: Base, distribution: cdk.CfnResource) -> None:
    for kind in ("A", "AAAA"):
        stack.add(
            f"WebRecord{kind}",
            "AWS::Route53::RecordSet",
            {
                "HostedZoneId": ref("HostedZoneId"),
                "Name": ref("WebDomainName"),
                "Type": kind,
                "AliasTarget": {
                    "DNSName": distribution.get_att("DomainName"),
                    "HostedZoneId": _CLOUDFRONT_ZONE,
                },
            },
            condition="HasWebDomain",
        )


def _add_headers(stack: Base) -> cdk.CfnResource:
    return stack.add(
        "WebHeaders",
        "AWS::CloudFront::ResponseHeadersPolicy",
        {
            "ResponseHeadersPolicyConfig": {
                "Name": name("web"),
                "SecurityHeadersConfig": {
                    "ContentSecurityPolicy": {
                        "ContentSecurityPolicy": CONTENT_POLICY,
                        "Override": True,
                    },
                    "ContentTypeOptions": {"Override": True},
                    "FrameOptions": {"FrameOption": "DENY", "Override": True},
                    "ReferrerPolicy": {"ReferrerPolicy": "same-origin", "Override": True},
                    "StrictTransportSecurity": {
                        "AccessControlMaxAgeSec": 31_536_000,
                        "IncludeSubdomains": True,
                        "Override": True,
                    },
                },
                "CustomHeadersConfig": {
                    "Items": [
                        {
                            "Header": "permissions-policy",
                            "Value": "camera=(), microphone=(), geolocation=()",
                            "Override": True,
                        }
                    ]
                },
            }
        },
    )


def _add_function(stack: Base, id: str, of: str, code: str) -> cdk.CfnResource:
    return stack.add(
        id,
        "AWS::CloudFront::Function",
        {
            "Name": name(of),
            "AutoPublish": True,
            "FunctionCode": code,
            "FunctionConfig": {"Comment": f"Addresses of {of}", "Runtime": "cloudfront-js-2.0"},
        },
    )


def _at_request(function: cdk.CfnResource) -> Data:
    return {"EventType": "viewer-request", "FunctionARN": function.get_att("FunctionARN")}


def _api_origin(id: str, host: str) -> Data:
    return {
        "Id": id,
        "DomainName": sub(host),
        "OriginPath": sub("/${Environment}"),
        "CustomOriginConfig": {
            "OriginProtocolPolicy": "https-only",
            "OriginSSLProtocols": ["TLSv1.2"],
            "OriginReadTimeout": 30,
        },
    }


def _passing(path: str, origin: str) -> dict[str, Data]:
    """A behaviour that asks ``origin`` each time."""
    return {
        "PathPattern": path,
        "TargetOriginId": origin,
        "ViewerProtocolPolicy": "https-only",
        "AllowedMethods": ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
        "CachePolicyId": _NO_CACHE,
        "OriginRequestPolicyId": _ALL_BUT_HOST,
    }
