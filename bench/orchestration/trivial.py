"""The same flow for Prefect, served by processes of its own, at most four at a time."""
from prefect import flow, task


@task
def add(n: int) -> int:
    return n + 1


@flow
def trivial():
    add(1)


if __name__ == "__main__":
    trivial.serve(name="bench", limit=4, print_starting_message=False)
