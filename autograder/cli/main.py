"""``autograder``: the commands, and what each kind of failure says and returns."""

from __future__ import annotations

import os
import sys

import click

from autograder.authoring.errors import AuthoringError
from autograder.cli import build, check, cohort, data, demo, doctor, feedback, grade, grades
from autograder.cli.lazy import LazyGroup
from autograder.cohort.errors import CohortError
from autograder.course.errors import CourseError
from autograder.jail import JailUnavailable
from autograder.materials.failure import MaterialsError
from autograder.messages import say
from autograder.state.objects import ObjectDamaged, ObjectMissing

WRONG, MISUSE, OURS = 1, 2, 70
"""Exit codes beside 0: the work was found wrong; the command was misused; something of ours failed."""


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="autograder")
def cli() -> None:
    """Publica, ejecuta y califica los laboratorios de un curso / Release, run and grade a course's labs."""


for command in (build, check, grade, feedback, grades, doctor, data, demo, cohort):
    cli.add_command(command.command)


def main() -> None:
    """Run the command line; end the process with the command's exit code."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow announces itself on stderr otherwise
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    try:
        sys.exit(cli(standalone_mode=False))
    except click.exceptions.Abort:
        _end(say("cli.interrupted"), 130)
    except click.ClickException as error:
        error.show()
        sys.exit(MISUSE)
    except (AuthoringError, MaterialsError) as error:
        _end(str(error), WRONG)
    except (CourseError, CohortError) as error:
        _end(str(error), MISUSE)
    except (ObjectMissing, ObjectDamaged) as error:
        _end(say("cli.object_lost", why=str(error)), OURS)
    except JailUnavailable as error:
        _end(str(error), OURS)


def _end(sentence: str, code: int) -> None:
    click.echo(sentence, err=True)
    sys.exit(code)


if __name__ == "__main__":  # the hub's command line names this module
    main()
