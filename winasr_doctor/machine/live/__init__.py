"""Reads the machine this runs on: one module per section, read in parallel."""

from winasr_doctor.machine.live.machine import LiveMachine

__all__ = ["LiveMachine"]
