"""python -m api.cli: the same as `storeproc`."""

from api.cli.main import main

main()
