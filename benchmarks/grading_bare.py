"""The bare execution: a warm process that forks for each request and runs it; no sandbox, no judge, no record.

Started by file name with `python -I -S` and a folder that holds `config.json` and the requests. It prints the seconds
of each as JSON.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from pathlib import Path
from time import perf_counter


def main() -> None:
    """Run every request, each in a process of its own, and print how long each took."""
    config = json.loads(Path("config.json").read_text())
    sys.path.insert(0, config["worker"])
    import worker  # type: ignore[import-not-found]

    sys.path.pop(0)
    worker.search(config["path"])
    import matplotlib.pyplot as plt

    plt.close(plt.figure())
    for module in config["modules"]:
        try:
            __import__(module)
        except ImportError:
            continue
    worker.warm()
    gc.collect()
    gc.freeze()
    taken = []
    for file in sorted(Path().glob("request-*")):
        request = file.read_bytes()
        start = perf_counter()
        reading, writing = os.pipe()
        started = os.fork()
        if started == 0:
            os.close(reading)
            worker.work(request, os.fdopen(writing, "wb"))
        os.close(writing)
        received = 0
        while data := os.read(reading, 2**20):
            received += len(data)
        os.close(reading)
        _, status = os.waitpid(started, 0)
        taken.append(perf_counter() - start)
        if status or received < 10_000:
            raise SystemExit(f"{file} ended with {status} after {received} bytes")
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
