"""Firings by croniter and dateutil. Reads a list of schedules as JSON, writes a list of lists of seconds since 1970.

The clocks' changes are those of PEP 495 with fold=0: a time shown twice is the first of the two, and one that is
skipped counts as if the clocks had not been changed yet; a cron expression does not fire at such a time.
"""
import json
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from croniter import croniter
from dateutil.rrule import rrulestr


def walls(schedule, start, end):
    first = datetime.fromisoformat(schedule["from"]) if "from" in schedule else start
    if schedule["kind"] == "cron":
        times = croniter(schedule["expression"], start - timedelta(seconds=1))
        while (wall := times.get_next(datetime)) < end:
            yield wall
    elif schedule["kind"] == "interval":
        wall = first
        while wall < end:
            yield wall
            wall += timedelta(milliseconds=schedule["ms"])
    else:
        yield from rrulestr(schedule["rule"], dtstart=first).between(start - timedelta(seconds=1), end)


def firings(schedule, start, end):
    zone = ZoneInfo(schedule["timeZone"])
    found = set()
    for wall in walls(schedule, start, end):
        moment = wall.replace(tzinfo=zone, fold=0)
        exists = moment.astimezone(timezone.utc).astimezone(zone).replace(tzinfo=None) == wall
        if exists or schedule["kind"] != "cron":
            found.add(int(moment.timestamp()))
    return sorted(found)


request = json.load(sys.stdin)
start, end = datetime.fromisoformat(request["from"]), datetime.fromisoformat(request["until"])
json.dump([firings(schedule, start, end) for schedule in request["schedules"]], sys.stdout)
