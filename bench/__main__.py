"""Every measured claim beside its peer: `make bench`, or `python -m bench [NAME ...]`."""

import subprocess
import sys
import time

BENCHES = {
    "tier1": "forecasts of 30,000 daily series, beside AutoETS",
    "m3": "the M3 competition's 3,003 series, beside AutoETS",
    "inventory": "planning and simulating stock, beside a plain loop and stockpyl; a year in money",
    "import_": "846,166 real rows, beside DuckDB reading and SQLite inserting them",
    "orders": "orders a second over HTTP, beside FastAPI + PostgreSQL and NestJS + SQLite",
    "ingest": "visitors' events over HTTP, beside Redis Streams and PostgreSQL COPY",
    "live": "5,000 live clients: how soon they hear of a change, and what each costs",
    "access": "signing in beside its hash, a check of a proof, a permission",
    "experiments": "A/B read-outs and false alarms, beside tea-tasting and GrowthBook's SDK",
    "clv": "lifetime models on a million customers, beside lifetimes",
    "recommendations": "personal answers over HTTP, 200 a second of a large shop",
    "dashboard": "the summary on 10 million sales lines, beside computing it from them",
}


def main() -> int:
    wanted = sys.argv[1:] or list(BENCHES)
    unknown = [name for name in wanted if name not in BENCHES]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    failed = []
    for name in wanted:
        print(f"\n=== bench.{name}: {BENCHES[name]}", flush=True)
        began = time.monotonic()
        code = subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode
        print(f"--- {time.monotonic() - began:.0f} s, exit {code}", flush=True)
        if code:
            failed.append(name)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
