"""What it costs to count one request, with the flush every 5,000 requests: `python -m tests.bench.request_metrics`."""

from __future__ import annotations

import os
import tempfile
import time

REQUESTS = 200_000
FLUSH_EVERY = 5_000  # a second's worth
OPERATIONS = [(f"operation_{n}", 200 if n % 4 else 404, "" if n % 4 else "not_found") for n in range(20)]


def main() -> None:
    """Measures five rounds in multi-process mode, where counting is dearest, and prints microseconds a request."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # prometheus_client reads it when it is imported
        from api.metrics.counting import RequestMetrics

        requests = RequestMetrics()
        for _ in range(5):
            started = time.perf_counter()
            for number in range(REQUESTS):
                operation, status, code = OPERATIONS[number % len(OPERATIONS)]
                requests.count(operation, status, 0.0005 * (number % 50), code)
                if number % FLUSH_EVERY == 0:
                    requests.flush()
            print(f"{(time.perf_counter() - started) / REQUESTS * 1e6:.2f} µs a request")


if __name__ == "__main__":
    main()
