"""A worker of a sweep: a process on some machine that makes one result after the other."""
from __future__ import annotations

import importlib
import os
import platform
import shutil
import stat
import tempfile
import traceback
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..errors import DiskError, InputError, described, is_out_of_memory
from ..options.jobs import JobOptions
from .result_file import files_of
from .script import tune_process


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt at a task.

    Attributes:
        failure: why there is no result, one line; "" if there is one.
        worth_retrying: another worker may succeed.
        files: name -> contents of the result's files, where they are to be handed over.
    """
    failure: str = ""
    worth_retrying: bool = False
    files: dict[str, bytes] = field(default_factory=dict)


class Worker:
    """Makes results in a process of its own. Networks and meshes stay loaded between them."""

    def __init__(self, threads: int) -> None:
        os.environ["TQDM_DISABLE"] = "1"  # nobody looks at its bars
        tune_process()
        import torch

        from . import find  # noqa: F401  with all that a job needs, before there is one
        torch.set_num_threads(threads)

    def place(self) -> tuple[str, str]:
        """Where it runs: for people, and the node's id."""
        import ray
        return f"process {os.getpid()} on {platform.node()}", ray.get_runtime_context().get_node_id()

    def forget(self, options: JobOptions, settings: dict[str, Any]) -> None:
        """Remove a result that has been handed over."""
        shutil.rmtree(_own_folder(options, settings), ignore_errors=True)

    def do(self, script: str, options: JobOptions, settings: dict[str, Any], marker: Path | None) -> Outcome:
        """Make one result, as the script does.

        Args:
            script: name of the module.
            options: of the script.
            settings: that the result must have. Another mesh or other weights on this machine are not accepted.
            marker: a file that is there if the folder of the results is; None: hand the result over.
        """
        try:
            if marker is None:
                options = replace(options, checkpoint_dir=_own_folder(options, settings))
            elif not marker.exists():
                return Outcome(f"{options.checkpoint_dir} on {platform.node()} is not the folder of that name where "
                               "the sweep was started; pass --gather")
            module = importlib.import_module(script)
            job = module.find(options)
            if job.settings != settings:
                names = [name for name in settings if job.settings.get(name) != settings[name]]
                return Outcome(f"{platform.node()} has another {', '.join(names)} than the machine where the sweep was "
                               "started; give both the same files")
            module.show(*module.run(options), options.plot)
            return Outcome(files={} if marker else files_of(job.path))
        except DiskError as error:
            return Outcome(str(error), worth_retrying=True)
        except InputError as error:
            return Outcome(str(error))
        except Exception as error:
            traceback.print_exc()  # into Ray's log
            where = traceback.extract_tb(error.__traceback__)[-1]
            return Outcome(f"{described(error)} ({Path(where.filename).name}, line {where.lineno})",
                           worth_retrying=is_out_of_memory(error) or isinstance(error, OSError))


def _own_folder(options: JobOptions, settings: dict[str, Any]) -> Path:
    """Where a worker keeps a result that it will hand over.

    The same for the same result of the same sweep, so that a run goes on; never another sweep's.
    """
    name = sha256(repr((str(options.checkpoint_dir), sorted(settings.items()))).encode()).hexdigest()[:16]
    return _private_folder() / name


def _private_folder() -> Path:
    """A folder for temporary files that no other user of this machine can look into, or put anything into.

    Raises:
        InputError: if somebody else made one of that name.
    """
    folder = Path(tempfile.gettempdir(), f"semantic-robustness-{os.getuid()}")
    try:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
    except OSError as error:
        raise DiskError(f"{folder}: cannot be made ({error.strerror}); set TMPDIR to a folder for temporary files "
                        "where the workers run") from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise InputError(f"{folder} on {platform.node()}: expected a folder of your own that nobody else has rights "
                         "to; remove it, or set TMPDIR to another folder where the workers run")
    return folder
