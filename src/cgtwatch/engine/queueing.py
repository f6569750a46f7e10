"""The engine of many processes: jobs in PostgreSQL, by Procrastinate.

A job only says where to look; what there is to do stands in our own tables and is claimed there. So jobs may be lost, late or
doubled. The jobs have a schema of their own in the database, one for each version of the package: an upgrade begins with an
empty one, and processes of both versions may run beside each other meanwhile.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import procrastinate
from procrastinate import exceptions, jobs

from cgtwatch.app import App
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.planning import PLAN, PLANNING, WORK, Hint, Planner
from cgtwatch.engine.roles import Guarded, Role
from cgtwatch.engine.tasks import TASKS
from cgtwatch.engine.threads import CROWD
from cgtwatch.errors import CgtwatchError
from cgtwatch.ops.logs import fields

BEAT, DEAD = 3.0, 12.0  # seconds between two signs of life, and without one after which a process is taken for dead
RESCUE = 4.0  # seconds between two looks for jobs of the dead
EVERY_SECOND = "* * * * * *"
FIRST_WAIT, LONGEST_WAIT = 1.0, 15.0  # seconds after which a database that went away is asked again
BESIDE = 6  # jobs that are no visits, at a time
AT_ONCE = 500  # jobs handed out by one statement
STOP_WITHIN = 6  # seconds
SCHEMA = "cgtwatch_queue_" + "_".join(procrastinate.__version__.split(".")[:2])
_BUSY = "SELECT lock FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND lock IS NOT NULL"
# Without it whoever takes a job looks through all that wait for one with the same lock: 2,000 that wait made 50 a second of 300.
_LOCKS = "CREATE INDEX IF NOT EXISTS cgtwatch_locks ON procrastinate_jobs (lock) WHERE status IN ('todo', 'doing')"
# Whose end could not be told, because the database was away: nobody works at them, and they would hold their locks for ever.
_LEFT = """
DELETE FROM procrastinate_jobs AS job
 WHERE job.status = 'doing' AND job.worker_id = %(worker)s AND NOT job.id = ANY(%(running)s::bigint[])
   AND EXISTS (SELECT 1 FROM procrastinate_events AS event
                WHERE event.job_id = job.id AND event.type = 'started' AND event.at < now() - interval '15 seconds')
RETURNING job.id
"""
_HAVE = "SELECT to_regclass('procrastinate_jobs') IS NOT NULL AS made"
_ALONE = "SELECT pg_advisory_lock(hashtext('cgtwatch queue'))"
_SCHEMA = f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"
_NOISY = ("procrastinate", "psycopg.pool")  # every job, and every attempt at a database that is away
_log = logging.getLogger(__name__)


def conninfo(database_url: str) -> str:
    """The address as the driver takes it."""
    return database_url.replace("postgresql+psycopg://", "postgresql://", 1)


def prepare_queue(app: App) -> None:
    """Make the tables of the queue where they are missing. Raises `CgtwatchError` where that cannot be."""
    connector = procrastinate.SyncPsycopgConnector(**_pool(app.settings.database_url, 1))
    queue = procrastinate.App(connector=connector)
    try:
        with queue.open():
            connector.execute_query(_ALONE)  # until the only connection is closed: two processes may begin at once
            connector.execute_query(_SCHEMA)
            if not connector.execute_query_one(_HAVE)["made"]:
                queue.schema_manager.apply_schema()
            connector.execute_query(_LOCKS)
    except exceptions.ConnectorException as error:
        raise CgtwatchError(f"the queue cannot be made in the database ({error.__cause__ or error})") from error


def _pool(database_url: str, most: int) -> dict[str, Any]:
    # Hints may be lost with the server's power; and plans that were made for an empty queue must do for a long one.
    options = f"-c search_path={SCHEMA} -c synchronous_commit=off -c enable_seqscan=off -c enable_sort=off"
    beside = {"options": options, "application_name": "cgtwatch queue"}
    return {"conninfo": conninfo(database_url), "kwargs": beside, "min_size": 1, "max_size": most, "timeout": 10.0}


class Queueing:
    """One process at the queue: it plans, works, or both, until it is stopped. Outages of the database are waited out."""

    def __init__(self, engine: Engine, role: Role, guarded: Guarded, beat: Callable[[], None]) -> None:
        self._engine, self._role, self._guarded, self._beat = engine, role, guarded, beat
        self._planner = Planner(engine)
        self._most = CROWD * engine.app.settings.concurrency + BESIDE
        self._threads = ThreadPoolExecutor(self._most, thread_name_prefix="job")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._worker: Any = None  # a `procrastinate.worker.Worker`, whose type is not public
        self._running: set[int] = set()  # jobs
        self._troubled = False  # and said so
        self._halted = threading.Event()
        self._halting: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="queue", daemon=True)

    def start(self) -> None:
        """Begin to take jobs."""
        for name in _NOISY:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._thread.start()

    def halt(self) -> None:
        """Take no more jobs."""
        self._halted.set()
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # closed meanwhile
                loop.call_soon_threadsafe(self._halt)

    def join(self, seconds: float) -> bool:
        """Wait at most so long until the last job has ended; True where it has."""
        self._thread.join(seconds)
        self._threads.shutdown(wait=False, cancel_futures=True)
        return not self._thread.is_alive()

    def _halt(self) -> None:
        if self._halting is not None:
            self._halting.set()
        if self._worker is not None:
            self._worker.stop()

    # --- on the queue's own thread

    def _run(self) -> None:
        asyncio.run(self._go_on())

    async def _go_on(self) -> None:
        self._loop, self._halting = asyncio.get_running_loop(), asyncio.Event()
        pause = FIRST_WAIT
        # A job that ends without the database ends unheard; `_tidy` sees to it.
        self._loop.set_exception_handler(lambda _, told: _log.debug("queue: %s", told.get("exception") or told.get("message")))
        beating = asyncio.create_task(self._live())
        while not self._halted.is_set():
            began = self._loop.time()
            try:
                await self._work()
                trouble: object = "the connection was lost"
            except Exception as error:  # noqa: BLE001 - the seam: whatever ends the queue's work, it begins again
                trouble = error.__cause__ or error
            if self._halted.is_set():
                break
            if self._loop.time() - began > LONGEST_WAIT:
                pause = FIRST_WAIT
            if not self._troubled:
                _log.error("queue in trouble, no jobs are taken %s", fields(error=trouble))
            self._troubled = True
            with suppress(TimeoutError):
                await asyncio.wait_for(self._halting.wait(), pause)
            pause = min(2 * pause, LONGEST_WAIT)
        beating.cancel()

    async def _live(self) -> None:
        """Tell now and then that this thread goes on."""
        while True:
            self._beat()
            await asyncio.sleep(BEAT)

    async def _work(self) -> None:
        """Work until the process ends or the database goes away."""
        app = procrastinate.App(connector=procrastinate.PsycopgConnector(**_pool(self._engine.app.settings.database_url, 4)))
        queues = [queue for queue, mine in ((PLANNING, self._role.plans), (WORK, self._role.works)) if mine]
        self._name_tasks(app)
        async with app.open_async():
            if self._troubled:
                _log.info("queue works again")
            self._troubled = False
            duties = [self._tidy, *([self._rescue] if self._role.plans else [])]
            beside = [asyncio.create_task(self._again(duty, app)) for duty in duties]
            self._worker = app._worker(
                queues=queues, name=self._role.name, concurrency=self._most, install_signal_handlers=False, delete_jobs="always",
                fetch_job_polling_interval=BEAT, update_heartbeat_interval=BEAT, stalled_worker_timeout=DEAD,
                shutdown_graceful_timeout=STOP_WITHIN,
            )  # fmt: skip
            if self._halted.is_set():
                return
            try:
                await self._worker.run()
            finally:
                self._worker = None
                for task in beside:
                    task.cancel()

    def _name_tasks(self, app: procrastinate.App) -> None:
        def job_of(name: str, task: Callable[..., None]) -> Callable[..., Awaitable[None]]:
            async def job(context: procrastinate.JobContext, **args: str) -> None:
                with self._at(context):
                    await self._beside(name, partial(task, self._engine, **args))

            return job

        async def plan(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 - due times stand elsewhere
            with self._at(context):
                await self._beside(PLAN, self._planner.look)
                await self._hand_out(app, self._planner.take())

        for name, task in TASKS.items():
            app.task(name=name, queue=WORK, pass_context=True)(job_of(name, task))
        planning = app.task(name=PLAN, queue=PLANNING, queueing_lock=PLAN, priority=1, pass_context=True)(plan)
        if self._role.plans:
            app.periodic(cron=EVERY_SECOND, periodic_id=PLAN)(planning)

    @contextmanager
    def _at(self, context: procrastinate.JobContext) -> Iterator[None]:
        number = context.job.id or 0
        self._running.add(number)
        try:
            yield
        finally:
            self._running.discard(number)

    async def _beside(self, name: str, work: Callable[[], object]) -> None:
        """Work on a thread; what goes wrong is told there."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self._guarded, name, work)

    async def _hand_out(self, app: procrastinate.App, hints: list[Hint]) -> None:
        """Queue what neither waits nor runs already."""
        if not hints:
            return
        busy = {row["lock"] for row in await app.connector.execute_query_all_async(_BUSY)}
        fresh = [_job(hint) for hint in hints if hint.key not in busy]
        for start in range(0, len(fresh), AT_ONCE):
            some = fresh[start : start + AT_ONCE]
            try:
                await app.job_manager.batch_defer_jobs_async(some)
            except exceptions.AlreadyEnqueued:  # another plan was a moment earlier with one of them
                for one in some:
                    with suppress(exceptions.AlreadyEnqueued):
                        await app.job_manager.defer_job_async(one)

    async def _again(self, work: Callable[[procrastinate.App], Awaitable[None]], app: procrastinate.App) -> None:
        """Do it now and then; an outage of the database is waited out."""
        while True:
            try:
                await work(app)
            except Exception as error:  # noqa: BLE001 - the seam: whatever keeps it from being done, it is tried again
                _log.debug("queue not looked after: %s", error)
            await asyncio.sleep(RESCUE)

    async def _tidy(self, app: procrastinate.App) -> None:
        """Take away the jobs of this process at which it does not work."""
        if self._worker is None or self._worker.worker_id is None:
            return
        asked = {"worker": self._worker.worker_id, "running": list(self._running)}
        if left := await app.connector.execute_query_all_async(_LEFT, **asked):
            _log.warning("jobs taken away whose end could not be told %s", fields(count=len(left)))

    async def _rescue(self, app: procrastinate.App) -> None:
        """Take jobs from processes that died; what they had in hand is planned anew when its lease is over."""
        lost = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD))
        for job in lost:
            await app.job_manager.finish_job(job, status=jobs.Status.FAILED, delete_job=True)
        if lost:
            _log.warning("jobs of dead workers taken back %s", fields(count=len(lost)))
        await app.job_manager.prune_stalled_workers(DEAD)


def _job(hint: Hint) -> jobs.Job:
    return jobs.Job(
        queue=WORK,
        task_name=hint.task,
        task_kwargs=dict(hint.args),
        lock=hint.key,
        queueing_lock=hint.key,
        priority=hint.priority,
    )
