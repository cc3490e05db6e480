"""What can go wrong with a run. Each message is shown alone, and says what to do next."""


class DeployError(Exception):
    """The run cannot go on, and the message says why."""


class StartFailed(DeployError):
    """A part ended or stayed silent before it answered."""


class PortTaken(DeployError):
    """A port that a part wants to listen on is in use."""
