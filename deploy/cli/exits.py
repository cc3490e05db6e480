"""Exit codes of `wardbook`: what each failure is to a script, and one line to whoever reads it."""

from typing import Any

import click

WRONG, IMPOSSIBLE, INTERRUPTED = 1, 3, 130


class Impossible(click.ClickException):
    """It could not be done: a server is not reachable, or lacks something."""

    exit_code = IMPOSSIBLE


class Refusal(click.ClickException):
    """It was refused, or is not as it should be."""

    exit_code = WRONG


class Tidy(click.Group):
    """A group whose commands fail as said above, without a traceback where the cause is known."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
            raise  # click ends quietly where nobody reads on (… | head)
        except Exception as error:
            if isinstance(error, _away()):
                raise Impossible(_said(error)) from None
            raise


def _said(error: Exception) -> str:
    """Return what is wrong; asyncpg's and Kafka's words alone do not say whose they are.

    The row that PostgreSQL adds is left out: it may be personal.
    """
    said, _, _ = str(error).partition("\nDETAIL:")
    return f"{type(error).__name__}: {said}" if said else repr(error)


def _away() -> tuple[type[Exception], ...]:
    """Return what servers that are away, or lack something, are told by."""
    import asyncpg
    import httpx
    from aiokafka.errors import KafkaError

    return OSError, asyncpg.PostgresError, asyncpg.InterfaceError, KafkaError, httpx.HTTPError
