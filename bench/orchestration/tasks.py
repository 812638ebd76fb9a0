"""So many tasks one after the other in one flow; prints the milliseconds the flow took. No interpreter start is in them."""
import sys
import time

from prefect import flow, task


@task
def add(n: int) -> int:
    return n + 1


@flow
def tasks(count: int) -> None:
    total = 0
    for _ in range(count):
        total = add(total)


tasks(10)
begun = time.perf_counter()
tasks(int(sys.argv[1]))
print((time.perf_counter() - begun) * 1000)
