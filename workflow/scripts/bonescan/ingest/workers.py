"""Work on untrusted files in processes of their own: in order, within a time and a memory limit, whatever they hold."""

import multiprocessing
import os
import resource
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from bonescan.ingest.refusal import Refusal

# a task may be a closure, and a decoder's libraries are loaded once
FORK = multiprocessing.get_context("fork")
ORPHANED = 2  # seconds after which an idle process asks whether it still has a parent
AHEAD = 4  # results a process may be ahead of the slowest one, so that memory does not grow with the number of tasks


class _Worker:
    """One process that works on one task at a time."""

    def __init__(self, function: Callable, memory: int):
        self.connection, theirs = FORK.Pipe()
        self.process = FORK.Process(target=_serve, args=(function, memory, theirs, self.connection), daemon=True)
        self.process.start()
        theirs.close()
        self.number = None

    def begin(self, number: int, task: Any, seconds: float) -> None:
        self.number, self.until = number, time.monotonic() + seconds
        self.connection.send(task)

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


def _serve(function: Callable, memory: int, connection: Connection, others: Connection) -> None:
    """Answer tasks until the other side hangs up, or is killed: then no one hangs up, and this process is an orphan."""
    others.close()  # the fork has copied it; open here, it would hide that the other side is gone
    limit_memory(memory)
    parent = os.getppid()
    with suppress(EOFError, BrokenPipeError):
        while True:
            while not connection.poll(ORPHANED):
                if os.getppid() != parent:
                    return
            task = connection.recv()
            try:
                answer = function(task)
            except MemoryError:
                answer = Refusal("it needs more memory than any whole-body file")
            # The message of an error may quote the file, so only its kind is told
            except Exception as error:
                answer = Refusal(f"unreadable ({type(error).__name__})")
            connection.send(answer)


def limit_memory(more: int) -> None:
    """Let this process take at most `more` bytes of memory beyond what it has now."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        now = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + more, resource.getrlimit(resource.RLIMIT_AS)[1]))


def ordered_map(
    function: Callable, tasks: Iterable, processes: int = 1, seconds: float = 60, memory: int = 2**30
) -> Iterator:
    """Yield the results of `function` on each of `tasks`, in their order.

    A task that raises, runs too long, or kills its process (a decoder's fault) yields a `Refusal`; its process is
    replaced, and the next task goes on.

    Parameters
    ----------
    function : callable
        Takes a task and returns its result; both can be pickled. The processes are forked: it may be a closure.
    tasks : iterable
        Consumed as the work goes on.
    processes : int
    seconds : float
        Time that one task may take.
    memory : int
        Bytes that a process may take beyond what it was born with.

    Yields
    ------
    result or Refusal
    """
    tasks = enumerate(tasks)
    workers, done, due = [], {}, 0
    waiting = deque()
    try:
        workers += [_Worker(function, memory) for _ in range(processes)]
        exhausted = False
        while True:
            for worker in workers:
                if worker.number is None and not exhausted and len(waiting) < AHEAD * processes:
                    item = next(tasks, None)
                    if exhausted := item is None:
                        break
                    worker.begin(*item, seconds)
                    waiting.append(item[0])
            if not waiting:
                return
            busy = {worker.connection: worker for worker in workers if worker.number is not None}
            left = min((worker.until for worker in busy.values()), default=0) - time.monotonic()
            for connection in wait(list(busy), timeout=max(0, left)) if busy else ():
                worker = busy[connection]
                try:
                    done[worker.number] = connection.recv()
                except (EOFError, ConnectionResetError):
                    done[worker.number] = Refusal("its decoder crashed")
                    _replace(workers, worker, function, memory)
                worker.number = None
            for worker in [w for w in workers if w.number is not None and w.until <= time.monotonic()]:
                done[worker.number] = Refusal(f"reading it took more than {seconds:g} seconds")
                _replace(workers, worker, function, memory)
            while due in done:
                waiting.popleft()
                yield done.pop(due)
                due += 1
    finally:
        for worker in workers:
            worker.end()


def _replace(workers: list[_Worker], worker: _Worker, function: Callable, memory: int) -> None:
    worker.end()
    workers[workers.index(worker)] = _Worker(function, memory)
