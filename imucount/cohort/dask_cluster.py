"""A Dask cluster as an executor. Dask's own deployments carry it to Slurm, Kubernetes or a cloud."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from imucount.errors import CountingError
from imucount.outside_text import quoted

__all__ = ["dask_executor"]

LONGEST_WAIT_S = 30


@contextmanager
def dask_executor(address: str) -> Iterator[Executor]:
    """Connect to the scheduler of a Dask cluster. This needs the extra `dask`.

    Parameters
    ----------
    address : str
        Such as "tcp://10.0.0.1:8786".

    Raises
    ------
    CountingError
        If it cannot be reached, or Dask is not installed.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise CountingError(
            "expected Dask to reach a cluster with, got none; pip install 'imucount[dask]' brings it"
        ) from error
    try:
        client = Client(address, timeout=LONGEST_WAIT_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        raise CountingError(
            f"expected a Dask scheduler at {quoted(address)}, got: {error}; is it running, and is that its "
            "address?"
        ) from error
    with client:
        # pure=False: a file may have changed since the cluster last saw its path.
        yield client.get_executor(pure=False)  # type: ignore[no-untyped-call]
