"""The machine this runs on, asked live: one module per section, side by side in time."""

from winasr_doctor.host.live.host import LiveHost

__all__ = ["LiveHost"]
