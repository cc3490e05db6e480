"""Run the command: python -m deploy.cli."""

from deploy.cli.main import wardbook

if __name__ == "__main__":
    wardbook(prog_name="wardbook")
