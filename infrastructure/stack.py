"""All of it, in the order in which one part needs another."""

import aws_cdk as cdk
from constructs import Construct

from infrastructure.api import add_api
from infrastructure.base import Base, sub, words
from infrastructure.dashboards import NAMES, add_dashboards
from infrastructure.facts import add_facts
from infrastructure.functions import CODE_PARAMETERS, add_functions, function_arn
from infrastructure.grants import Targets
from infrastructure.live import add_live_api, add_live_routes, live_url, stage_arn
from infrastructure.messaging import Messaging, add_messaging
from infrastructure.network import add_network
from infrastructure.observability import add_observability
from infrastructure.security import add_firewall, add_key, add_reader, add_trail
from infrastructure.storage import Storage, add_storage
from infrastructure.tables import add_tables
from infrastructure.training import add_language_model, add_mail, add_training
from infrastructure.web import add_web
from omnix.adapters.aws.own import OWN
from omnix.adapters.aws.tables import physical
from omnix.declared import COLLECTIONS
from omnix.runtimes.aws.functions import BUCKET_VARIABLES, DATA_LAKE, FUNCTIONS, STATIC_ASSETS


class Infrastructure(Base):
    """One deployment of OMNIX."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id, CODE_PARAMETERS)
        key = add_key(self)
        tables = add_tables(self, key)
        storage = add_storage(self, key)
        add_facts(self, storage.lake, key)
        messaging = add_messaging(self, key)
        live_api = add_live_api(self)
        buckets = {DATA_LAKE: storage.lake, STATIC_ASSETS: storage.static}
        assert buckets.keys() == BUCKET_VARIABLES.keys()
        functions = add_functions(
            self,
            Targets(
                layouts=physical((*COLLECTIONS, *OWN)),
                tables=tables,
                queues=messaging.queues,
                buckets=buckets,
                stream=messaging.stream,
                websocket=stage_arn(),
                key=key,
                function=function_arn,
            ),
            add_network(self, key),
        )
        roles = {f.name: self.find(f"{words(f.name)}Role") for f in FUNCTIONS}
        api = add_api(self, key, functions)
        add_live_routes(self, live_api, api, functions)
        add_web(self, storage)
        add_firewall(self, key, api.stage_arn)
        add_trail(self, key, storage.logs, storage.logs_policy)
        add_reader(self, key, storage.lake.get_att("Arn").to_string())
        add_mail(self, roles)
        add_language_model(self, roles)
        add_training(self, roles, storage.lake, key)
        add_observability(self, messaging)
        add_dashboards(self)
        self._parameters()
        self._outputs(tables, storage, messaging)

    def _parameters(self) -> None:
        """What other systems, and people, look up by name."""
        for key, value in (
            ("api-url", _api_url()),
            ("websocket-url", live_url()),
            ("web-url", _web_url()),
            ("data-lake", self.find("LakeBucket").ref),
            ("event-stream", self.find("EventStream").ref),
        ):
            self.add(
                f"{words(key)}Parameter",
                "AWS::SSM::Parameter",
                {
                    "Name": sub(f"/${{ProjectName}}/${{Environment}}/{key}"),
                    "Type": "String",
                    "Value": value,
                },
            )

    def _outputs(
        self, tables: dict[str, cdk.CfnResource], storage: Storage, messaging: Messaging
    ) -> None:
        self.output("ApiUrl", "The REST API", _api_url())
        self.output("ApiId", "The REST API's id", self.find("Api").ref)
        self.output("WebSocketUrl", "The WebSocket API", live_url())
        self.output("WebSocketId", "The WebSocket API's id", self.find("LiveApi").ref)
        self.output("WebUrl", "The web pages, and the API under /v1", _web_url())
        self.output("WebDistribution", "CloudFront's id of the web", self.find("Web").ref)
        self.output(
            "DomainUrl", "The REST API by its own name", sub("https://${DomainName}/v1"),
            condition="HasDomain",
        )  # fmt: skip
        self.output(
            "WebDomainUrl", "The web pages by their own name", sub("https://${WebDomainName}"),
            condition="HasWebDomain",
        )  # fmt: skip
        for name, table in tables.items():
            self.output(f"{words(name)}TableName", f"The table {name}", table.ref)
        for name, queue in messaging.queues.items():
            self.output(f"{words(name)}Url", f"The queue {name}", queue.ref)
        self.output("EventStreamName", "The stream of events", messaging.stream.ref)
        self.output("DataLakeBucket", "Facts, files, models", storage.lake.ref)
        self.output("StaticAssetsBucket", "The web pages", storage.static.ref)
        self.output("LogsBucketName", "Logs of access", storage.logs.ref)
        self.output("AlertTopicArn", "Where alarms are told", messaging.topic.ref)
        alias = sub("alias/${ProjectName}-${Environment}")
        self.output("KeyAliasName", "The key of what is kept", alias)
        self.output("PartnerKeyId", "The usage plan's key", self.find("ApiPartner").ref)
        for name in NAMES:
            self.output(
                f"{words(name)}DashboardUrl",
                f"The dashboard {name}",
                sub(
                    "https://${AWS::Region}.console.aws.amazon.com/cloudwatch/home"
                    f"#dashboards:name=${{ProjectName}}-{name}-${{Environment}}"
                ),
            )
        self.output(
            "ReaderRoleArn",
            "For the trusted account",
            sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Reader}"),
            condition="HasTrustedAccount",
        )


def _api_url() -> str:
    return sub("https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${Environment}/v1")


def _web_url() -> str:
    return sub("https://${Web.DomainName}")
