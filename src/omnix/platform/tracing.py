"""Traces for a collector that speaks OpenTelemetry's OTLP over HTTP, if somebody asked for them.

Nothing of OpenTelemetry is loaded, and nothing costs, unless its standard variable
OTEL_EXPORTER_OTLP_ENDPOINT is set. A thread sends the spans; what a collector does not take in
time is forgotten.

A job is a part of the trace of who asked for it. So is a batch of events that one trace caused;
a batch that several caused has a trace of its own. It has links to the spans that caused it.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import Token
from typing import Protocol

from omnix.kit.events import Event
from omnix.kit.trace import CURRENT, follow
from omnix.version import VERSION

_log = logging.getLogger("omnix.tracing")

VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"
FLUSH_SECONDS = 2.0
"""What the end of a process waits for a collector."""

MOST_LINKS = 32
"""Of a batch of events, to the spans that caused the first of them."""

_PARENT = b"traceparent"
_TRACE_ENDS = 35
"""Of a ``traceparent``: its version and the trace's id."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

Facts = Mapping[str, str | int]


class Told(Protocol):
    """A span of the collector's; ``traceparent`` is how others name it."""

    traceparent: str

    def end(self, name: str, facts: Facts, failed: bool) -> None: ...


Begin = Callable[[str, str, str, Sequence[str]], Told]
_begin: Begin | None = None


class Span:
    """Work under way, within which everything else is caused until it ends."""

    __slots__ = ("_token", "_told", "name")

    def __init__(self, told: Told, name: str) -> None:
        self._told, self.name = told, name
        self._token: Token[str] = CURRENT.set(told.traceparent)

    def end(self, facts: Facts, failed: bool = False) -> None:
        CURRENT.reset(self._token)
        self._told.end(self.name, facts, failed)


def request(headers: Iterable[tuple[bytes, bytes]]) -> Span | None:
    """Begin with a request, within the trace that its ``headers`` name; None without traces."""
    if _begin is None:
        return None
    parent = next((value.decode("latin-1") for name, value in headers if name == _PARENT), "")
    return Span(_begin("server", "HTTP", parent, ()), "HTTP")


def answered(span: Span, id: bytes, method: str, template: str, status: int) -> None:
    """End it with its answer.

    Neither its address nor its query, which may name somebody: only its route's ``template``.
    """
    known = method if method in _METHODS else "_OTHER"
    facts: dict[str, str | int] = {
        "http.request.method": known,
        "http.response.status_code": status,
        "omnix.request_id": id.decode(),
    }
    if template:
        facts["http.route"] = template
    span.name = f"{known if known in _METHODS else 'HTTP'} {template}".rstrip()
    span.end(facts, status >= 500)


def job(name: str, asked: str) -> Span | None:
    """Begin with a job that the span with this ``traceparent`` asked for, if one did."""
    if _begin is None:
        return None
    name = f"job {name}"
    return Span(_begin("consumer", name, asked, ()), name)


def batch(consumer: str, events: Sequence[Event]) -> Span | None:
    """Begin with the events that a consumer takes."""
    if _begin is None:
        return None
    name = f"consume {consumer}"
    causes = list(dict.fromkeys([event.trace for event in events]))
    parent = ""
    if len({cause[:_TRACE_ENDS] for cause in causes}) == 1:
        parent = causes.pop(0)
    links = [cause for cause in causes if cause][:MOST_LINKS]
    return Span(_begin("consumer", name, parent, links), name)


def start(runtime: str) -> Callable[[], None]:
    """Begin to tell, as ``runtime``, if the environment asks for it; returns what ends it."""
    if not os.environ.get(VARIABLE):
        return _nothing
    try:
        begin, shutdown = _made(runtime)
    except ImportError as error:
        _log.warning("no traces: %s; install omnix-ai[telemetry]", error)
        return _nothing
    except Exception as error:
        # A setting of theirs that nobody can read is no reason not to sell.
        _log.warning("no traces", exc_info=error)
        return _nothing
    global _begin
    _begin = begin
    follow(True)

    def stop() -> None:
        global _begin
        _begin = None
        follow(False)
        # It would wait for a collector that is away longer than anybody waits for a shop to stop.
        ending = threading.Thread(target=shutdown, daemon=True)
        ending.start()
        ending.join(FLUSH_SECONDS)

    return stop


def _nothing() -> None:
    pass


def _made(runtime: str) -> tuple[Begin, Callable[[], None]]:
    from opentelemetry.context import Context
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
    from opentelemetry.trace import Link, Span, SpanContext, SpanKind, StatusCode, get_current_span
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    class Exporter(OTLPSpanExporter):
        """Says once that the collector is away, and once that it is back."""

        _away = False

        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            result = super().export(spans)
            away = result is not SpanExportResult.SUCCESS
            if away != self._away:
                self._away = away
                _log.warning("traces are lost: no collector" if away else "traces are taken again")
            return result

    # It has a line for each attempt and for each span that is dropped.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    about = {
        "service.name": os.environ.get("OTEL_SERVICE_NAME", "omnix"),
        "service.version": VERSION,
        "omnix.runtime": runtime,
    }
    provider = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(Exporter()))
    tracer = provider.get_tracer("omnix", VERSION)
    carried = TraceContextTextMapPropagator()
    kinds = {kind.name.lower(): kind for kind in SpanKind}
    nowhere = Context()

    def context(traceparent: str) -> Context:
        return carried.extract({"traceparent": traceparent}, nowhere) if traceparent else nowhere

    def named(traceparent: str) -> SpanContext:
        return get_current_span(context(traceparent)).get_span_context()

    class Begun:
        """A span of the SDK."""

        def __init__(self, span: Span) -> None:
            self._span = span
            own = span.get_span_context()
            self.traceparent = f"00-{own.trace_id:032x}-{own.span_id:016x}-{own.trace_flags:02x}"

        def end(self, name: str, facts: Facts, failed: bool) -> None:
            self._span.update_name(name)
            self._span.set_attributes(facts)
            if failed:
                self._span.set_status(StatusCode.ERROR)
            self._span.end()

    def begin(kind: str, name: str, parent: str, links: Sequence[str]) -> Told:
        linked = [Link(each) for each in map(named, links) if each.is_valid]
        return Begun(tracer.start_span(name, context(parent), kinds[kind], links=linked))

    return begin, provider.shutdown
