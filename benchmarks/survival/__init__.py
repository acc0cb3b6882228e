"""The survival table: schedules of locks, those who clean up under them, and what came of it.

`schedules` draws what happens; `contestants` lists who cleans up; `trial` lets one of them load
under one schedule, in a world of `virtual` time (Linux) or `real` time (Windows); `table`,
`printing` and `plot` tell about it; `command` is the command line.
"""
