#!/usr/bin/env python3
"""Solves the clocks of a case a second time, with networkx, and compares the bounds.

Usage: clocks_networkx.py KUSARI CASE.toml

Takes from Kusari only which statements it made (`clocks --format json`) and the events (`timeline`);
what each means for the corrections is written down here anew, from docs/clocks.md. Every pair of
moments of one clock is joined by its drift, and networkx's Bellman-Ford finds the shortest paths.
Clocks that were set in between are not covered: a case with such a statement is refused.
"""
import datetime
import json
import subprocess
import sys
import tomllib
import zoneinfo

import networkx

TICK = 10_000_000
EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.timezone.utc)


def ticks(moment):
    delta = moment.astimezone(datetime.timezone.utc) - EPOCH
    return (delta.days * 86400 + delta.seconds) * TICK + delta.microseconds * 10


def recorded(event, zone):
    """What the clock showed, in ticks, and what the record cuts off."""
    text = event["time_recorded"]
    whole, _, decimals = text.rstrip("Z").partition(".")
    moment = datetime.datetime.fromisoformat(whole)
    utc = datetime.timezone.utc if text.endswith("Z") else zone
    cut = 10 ** (7 - len(decimals)) - 1
    return ticks(moment.replace(tzinfo=utc)) + int(decimals.ljust(7, "0") or 0), cut


def span(text):
    sign, text = (-1, text[1:]) if text[0] == "-" else (1, text.lstrip("+"))
    number = int(text.rstrip("smh"))
    return sign * number * {"s": 1, "m": 60, "h": 3600}[text[-1]] * TICK


def main(kusari, path):
    run = lambda *args: subprocess.run([kusari, *args], check=True, capture_output=True, text=True).stdout
    solved = json.loads(run("clocks", path, "--format", "json"))
    events = {}
    for line in run("timeline", path, "--all", "--format", "jsonl").splitlines():
        event = json.loads(line)
        events[event["event_id"]] = event
    with open(path, "rb") as file:
        case = tomllib.load(file)
    zone = zoneinfo.ZoneInfo(case["case"]["timezone"])
    ppm = case.get("clock", {}).get("drift-ppm", 100)
    facts = {fact["id"]: fact for fact in case.get("fact", [])}
    declared = {machine["id"]: machine for machine in case["machine"]}

    graph = networkx.DiGraph()
    shown = {}  # node -> (machine, what its clock showed)

    def node(machine, at):
        name = (machine, at)
        shown[name] = at
        return name

    def link(a, b, weight):
        """The correction at b is at most that at a plus weight."""
        if not graph.has_edge(a, b) or graph[a][b]["weight"] > weight:
            graph.add_edge(a, b, weight=weight)

    def of_event(event_id):
        event = events[event_id]
        at, cut = recorded(event, zone)
        return node(event["machine"], at), at, cut

    def not_before(name, moment, cut):
        link(name, 0, shown[name] + cut - moment)

    def not_after(name, moment):
        link(0, name, moment - shown[name])

    for statement in solved["statements"]:
        if statement["standing"] != "in-force":
            continue
        kind = statement["kind"]
        if kind in ("record-order", "one-place"):
            (a, a_at, _), (b, b_at, b_cut) = map(of_event, statement["events"])
            least = 0
            if kind == "one-place" and events[statement["events"][0]]["action"] == "removed":
                least = -15 * TICK
            # b_at + b_cut + correction of b >= a_at + correction of a + least
            link(b, a, b_at + b_cut - a_at - least)
        elif kind == "fact":
            fact = facts[statement["id"]]
            tolerance = span(fact.get("tolerance", "0s"))
            moment = lambda key: ticks(datetime.datetime.fromisoformat(fact[key]))
            for event_id in statement["events"]:
                name, _, cut = of_event(event_id)
                for key in ("not-before", "at"):
                    if key in fact:
                        not_before(name, moment(key) - tolerance, cut)
                for key in ("not-after", "at"):
                    if key in fact:
                        not_after(name, moment(key) + tolerance)
        elif kind == "clock-change":
            sys.exit("this case has clock changes, which are not covered here")
    for machine in solved["machines"]:
        for seen, own in zip(machine["observations"], declared[machine["machine"]].get("clock", [])):
            number, tolerance = span(own["offset"]), span(own.get("tolerance", "30s"))
            each = [number if reads == "correction" else -number for reads in seen["surviving"]]
            if not each:
                continue
            day = datetime.date.fromisoformat(own["on"])
            for date in (day, day + datetime.timedelta(days=1)):
                at = ticks(datetime.datetime.combine(date, datetime.time(), zone))
                name = node(machine["machine"], at)
                not_before(name, at + min(each) - tolerance, 0)
                not_after(name, at + max(each) + tolerance)
        for moment in machine["moments"]:
            of_event(moment["event_id"])
    by_machine = {}
    for name in shown:
        by_machine.setdefault(name[0], []).append(name)
    for names in by_machine.values():
        for a in names:
            for b in names:
                if a != b:
                    link(a, b, -(-abs(a[1] - b[1]) * ppm // 1_000_000))
    graph.add_node(0)
    latest = networkx.single_source_bellman_ford_path_length(graph, 0)
    earliest = networkx.single_source_bellman_ford_path_length(graph.reverse(copy=False), 0)

    compared = different = 0
    for machine in solved["machines"]:
        for moment in machine["moments"]:
            name, _, _ = of_event(moment["event_id"])
            ours = moment["correction"]
            theirs = {
                "latest": latest.get(name),
                "earliest": None if name not in earliest else -earliest[name],
            }
            for side, value in theirs.items():
                compared += 1
                same = (ours[side] is None) == (value is None)
                # Drift is rounded up at every neighbour, by less than a tick each.
                if same and value is not None:
                    same = abs(round(ours[side] * TICK) - value) <= len(shown)
                if not same:
                    different += 1
                    print(f"{machine['machine']} {moment['event_id']} {side}: {ours[side]} and {value / TICK if value is not None else None}")
    print(f"{len(shown)} moments, {graph.number_of_edges()} constraints: {compared} bounds compared, {different} differ")
    sys.exit(1 if different else 0)


main(*sys.argv[1:])
