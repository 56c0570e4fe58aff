# SPDX-License-Identifier: LGPL-2.1-or-later
"""OwnProcess: work of a test in a process of its own, by a plan; the last line that it prints is the result, as JSON."""
import dataclasses
import json
import pathlib
import sys

from program import Program


class OwnProcess:
    """Runs a script beside the test. Use as a context manager.

    plan: a dataclass, which the script has again in run().
    """

    def __init__(self, script, log, plan):
        self.plan = plan
        path = pathlib.Path(log).with_suffix(".plan")
        path.write_text(json.dumps(dataclasses.asdict(plan)))
        self.program = Program([sys.executable, script, path], log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.kill()

    @property
    def is_over(self):
        return not self.program.is_running()

    def result(self, timeout=60):
        """What came of it, once it is over."""
        assert self.program.wait(timeout) == 0, self.program.output()
        return json.loads(self.program.output().splitlines()[-1])


def run(engine, plan_type):
    """What the script itself does."""
    plan = plan_type(**json.loads(pathlib.Path(sys.argv[1]).read_text()))
    print(json.dumps(engine(plan).run()))
