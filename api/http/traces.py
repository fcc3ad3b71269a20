"""Traces that pass through the shop: W3C Trace Context, in the log, in PostgreSQL, and as OpenTelemetry's spans.

The trace of a request's `traceparent` (or, with OpenTelemetry, of the span that is made for it) is in its log line as
`trace_id`. If the trace is sampled, its statements also run under the application name `storeproc web <trace id>`:
pg_stat_activity and the server's log (`%a` in log_line_prefix) show it, with the plans of slow statements too. A
comment in the statement would do the same, but then each request has a text of its own, which is parsed and planned
anew.

OpenTelemetry is an extra (`pip install storeproc[otel]`): without it nothing of it is imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_CALLED = re.compile(r'\bapi\."(\w+)"')
_MARK = "set_config('app.request_id', $2, true)"


class Trace:
    """The trace that a request belongs to. `span` is the request's own, with OpenTelemetry."""

    __slots__ = ("parent_id", "sampled", "span", "trace_id", "tracer")

    def __init__(self, trace_id: str, parent_id: str, *, sampled: bool) -> None:
        self.trace_id = trace_id
        self.parent_id = parent_id
        self.sampled = sampled
        self.span: Span | None = None
        self.tracer: Tracer | None = None

    @contextmanager
    def statement(self, text: str) -> Iterator[None]:
        """A statement that is part of the trace."""
        if self.tracer is None or self.span is None:
            yield
            return
        from opentelemetry.trace import SpanKind, set_span_in_context

        name = _called(text)
        attributes = {"db.system.name": "postgresql", "db.query.text": text, "db.stored_procedure.name": name}
        parent = set_span_in_context(self.span)
        # Not its exception: messages of the database quote rows.
        span = self.tracer.start_span(name, parent, SpanKind.CLIENT, attributes)
        try:
            yield
        except BaseException as error:
            span.set_attribute("error.type", getattr(error, "sqlstate", None) or type(error).__name__)
            raise
        finally:
            span.end()

    def mark(self, text: str, arguments: Sequence[object]) -> tuple[str, Sequence[object]]:
        """The statement under an application name that says which trace it belongs to, if that is sampled."""
        if not self.sampled or _MARK not in text:
            return text, arguments
        return _named(text, len(arguments) + 1), [*arguments, f"storeproc web {self.trace_id}"]


current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def read_traceparent(header: str) -> Trace | None:
    """The trace of a traceparent header; None where it is not a valid one, which is then ignored (§4.3)."""
    found = _TRACEPARENT.fullmatch(header)
    if found is None:
        return None
    edition, trace_id, parent_id, flags, more = found.groups()
    if edition == "ff" or (edition == "00" and more) or not trace_id.strip("0") or not parent_id.strip("0"):
        return None
    return Trace(trace_id, parent_id, sampled=bool(int(flags, 16) & 1))


def make_provider(endpoint: str) -> TracerProvider:
    """Sends spans to a collector. OTEL_* variables say the rest. Raises ImportError without the extra."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": "storeproc", "service.version": version("storeproc")})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint}/v1/traces")))
    return provider


def begin_span(tracer: Tracer, method: str, path: str, given: Trace | None) -> Trace:
    """A span for a request, in the trace that it names or in a new one."""
    from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, TraceFlags, set_span_in_context

    parent = None
    if given is not None:
        flags = TraceFlags(TraceFlags.SAMPLED if given.sampled else TraceFlags.DEFAULT)
        remote = SpanContext(int(given.trace_id, 16), int(given.parent_id, 16), is_remote=True, trace_flags=flags)
        parent = set_span_in_context(NonRecordingSpan(remote))
    attributes = {"http.request.method": method, "url.path": path}
    span = tracer.start_span(method, parent, SpanKind.SERVER, attributes)
    own = span.get_span_context()
    trace = Trace(f"{own.trace_id:032x}", f"{own.span_id:016x}", sampled=own.trace_flags.sampled)
    trace.span, trace.tracer = span, tracer
    return trace


def end_span(span: Span, method: str, route: str, status: int, code: str) -> None:
    """The request has been answered."""
    from opentelemetry.trace import StatusCode

    if route:
        span.update_name(f"{method} {route}")
        span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", status)
    if code:
        span.set_attribute("error.type", code)
    if status >= 500:
        span.set_status(StatusCode.ERROR)
    span.end()


@lru_cache(1024)
def _called(text: str) -> str:
    found = _CALLED.search(text)
    return f"api.{found[1]}" if found else "SQL"


@lru_cache(1024)
def _named(text: str, place: int) -> str:
    return text.replace(_MARK, f"{_MARK}, set_config('application_name', ${place}::text, true)", 1)
