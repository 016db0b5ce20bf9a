"""The servers a file is sent to: ours, and others in their own virtual environment (bench/requirements.txt)."""

from bench.peers.interface import Served

__all__ = ["Served"]
