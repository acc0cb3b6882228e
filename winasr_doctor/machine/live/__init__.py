"""The machine this runs on, asked live: one module per section, side by side in time."""

from winasr_doctor.machine.live.machine import LiveMachine

__all__ = ["LiveMachine"]
