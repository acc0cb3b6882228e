"""Makes the table of what others' tests say under the sharing rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def table(done: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """Return the results as Markdown.

    Args:
        done: The results, by name.
        known: What `packages.toml` says.
    """
    lines = [
        "| package | tests | fail plainly | fail with sharing only | found | false alarms |"
        " CPU plain | sharing | ratio |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    suites = [done[name] for name in known["suite"] if name in done]
    lines += [_suite(one, known["suite"][one["name"]]) for one in suites]
    plain, sharing = (sum(min(one[key]) for one in suites) for key in ("cpu", "cpu_sharing"))
    tests = sum(one["tests"] for one in suites)
    ratio = f"{sharing / plain:.2f}" if plain else ""
    lines.append(f"| together | {tests:,} | | | | | {plain:.1f} s | {sharing:.1f} s | {ratio} |")
    lines += ["", "| known leak | found before its fix | found after it |", "|---|---|---|"]
    lines += [_leak(done[name]) for name in known["leak"] if name in done]
    return "\n".join(lines)


def _suite(one: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    false = [name for name in one["more"] if any(part in name for part in entry.get("false", ()))]
    found = [name for name in one["refused"] if name not in false]
    plain, sharing = min(one["cpu"]), min(one["cpu_sharing"])
    ended = "" if one["ended"] else ", not ended"
    return (
        f"| {one['name']} {one['version']} | {one['tests']:,}{ended} | {one['failed']} |"
        f" {len(one['more'])} | {len(found)} | {len(false)} |"
        f" {plain:.1f} s | {sharing:.1f} s | {sharing / plain:.2f} |"
    )


def _leak(one: Mapping[str, Any]) -> str:
    releases = one["releases"]
    words = {True: "yes", False: "no"}
    return (
        f"| {releases['package']} | {releases['before']}: {words[one['before']]} |"
        f" {releases['after']}: {words[one['after']]} |"
    )
