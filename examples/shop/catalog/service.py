"""What each Python service of the shop needs: HTTP with JSON, a request log, a quick and clean end."""

import json
import os
import platform
import re
import signal
import socketserver
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

Json = dict[str, object]

CONTEXT_HEADERS = ("x-request-id", "traceparent", "tracestate", "baggage")
MOST_BYTES = 64 * 1024
STOP_WITHIN_SECONDS = 0.15


class Refusal(Exception):
    """An answer other than success: an HTTP status and a sentence for the caller."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Request:
    """What a handler is given."""

    parts: dict[str, str]
    """Named groups of the route's path."""
    body: Json
    context: dict[str, str]
    """Headers to hand on to other services, which tie together what happens for one request."""
    answers: list[Json] = field(default_factory=list)
    """Who else took part, such as the database. Goes back to the caller."""


@dataclass(frozen=True)
class Route:
    """A handler for one method and the paths that fully match a regular expression."""

    method: str
    path: str
    handle: Callable[[Request], Json]
    quiet: bool = False
    """Leaves the route out of the request log, which probes would fill."""


class Service:
    """A service with its routes; `/healthz` and `/version` come with it."""

    def __init__(self, name: str, version: str, routes: list[Route]) -> None:
        self.identity: Json = {
            "service": name,
            "version": version,
            "language": "Python",
            "runtime": f"Python {platform.python_version()}",
            "pod": os.environ.get("POD_NAME") or platform.node(),
        }
        self._routes = [
            Route("GET", "/healthz", lambda _: {"status": "ok"}, quiet=True),
            Route("GET", "/version", lambda _: self.identity, quiet=True),
            *routes,
        ]
        self._active: set[threading.Thread] = set()

    def run(self, port: int) -> None:
        """Serves until the process is told to end, and then lets requests in flight finish, but not for long."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: sys.exit(0))
        with _Server(("", port), self._handler()) as server:
            self.log("info", f"listening on port {port}", version=self.identity["version"])
            try:
                server.serve_forever()
            finally:
                self.log("info", "stopping")
                deadline = time.monotonic() + STOP_WITHIN_SECONDS
                for thread in list(self._active):
                    thread.join(max(0.0, deadline - time.monotonic()))

    def log(self, level: str, message: str, **fields: object) -> None:
        """Writes one JSON object per line to standard output, as log collectors expect."""
        now = time.time()
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03d}Z"
        record = {"time": moment, "level": level, "service": self.identity["service"], "message": message}
        print(json.dumps(record | fields), flush=True)

    def answer(self, http: "_Connection") -> None:
        """Answers the request of one connection: finds its route, lets it answer, logs."""
        started = time.perf_counter()
        path = http.path.partition("?")[0]
        route, parts = self._find(http.command, path)
        context = {name: value for name in CONTEXT_HEADERS if (value := http.headers.get(name))}
        request = Request(parts, {}, context)
        self._active.add(threading.current_thread())
        try:
            status, content = self._reply(route, request, http)
            ms = round((time.perf_counter() - started) * 1000, 1)
            http.send_json(status, content, [{**self.identity, "ms": ms}, *request.answers])
        finally:
            self._active.discard(threading.current_thread())
        if route is None or not route.quiet:
            fields = {"requestId": context.get("x-request-id"), "method": http.command, "path": path}
            level = "error" if status >= 500 else "info"
            self.log(level, f"{http.command} {path} {status}", **fields, status=status, ms=ms)

    def _reply(self, route: Route | None, request: Request, http: "_Connection") -> tuple[int, Json]:
        try:
            if route is None:
                raise Refusal(404, f"There is no {http.command} {http.path}.")
            request.body = http.read_json()
            return 200, route.handle(request)
        except Refusal as refusal:
            return refusal.status, {"error": str(refusal)}
        except Exception as error:  # The caller gets an answer in any case, and the log says what it was.
            self.log("error", str(error), requestId=request.context.get("x-request-id"), error=repr(error))
            return 500, {"error": f"{self.identity['service']} failed. Its log says more."}

    def _find(self, method: str, path: str) -> tuple[Route | None, dict[str, str]]:
        for route in self._routes:
            match = re.fullmatch(route.path, path)
            if match and route.method == method:
                return route, match.groupdict()
        return None, {}

    def _handler(self) -> type["_Connection"]:
        return type("Connection", (_Connection,), {"service": self})


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *args: object) -> None:
        # A caller that no longer wants its answer is nobody's error.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*args)


class _Connection(BaseHTTPRequestHandler):
    """
    One connection with one request. It is closed afterwards, so that the next request goes through the Kubernetes
    Service again, and to the pod that is there by then.
    """

    service: Service

    def do_GET(self) -> None:
        self.service.answer(self)

    do_POST = do_PUT = do_GET

    def read_json(self) -> Json:
        """The body of the request; empty where there is none."""
        length = int(self.headers.get("content-length") or 0)
        if length > MOST_BYTES:
            raise Refusal(413, f"A request may have {MOST_BYTES} bytes.")
        try:
            content = json.loads(self.rfile.read(length) or b"{}")
        except ValueError as error:
            raise Refusal(400, "The body is not JSON.") from error
        if not isinstance(content, dict):
            raise Refusal(400, "The body is not a JSON object.")
        return content

    def send_json(self, status: int, content: Json, answers: list[Json]) -> None:
        """Sends the answer, and who took part in it as a header."""
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("x-answered-by", json.dumps(answers))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, *_: object) -> None:
        """The service has a log of its own."""
