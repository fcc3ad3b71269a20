"""python -m api.worker: the worker alone."""

from api.worker.loop import main

main()
