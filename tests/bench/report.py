# SPDX-License-Identifier: LGPL-2.1-or-later
"""Report: every figure as a line of JSON when it is measured, and a table of medians at the end."""
import collections
import json
import statistics

# Who is compared with whom.
PEERS = {"klive-process": "nginx-rtmp", "klive-thread": "nginx-rtmp", "klive-front": "nginx-files"}
# Instead of nginx-rtmp, where that has no such thing.
OTHER_PEERS = {"klive-process": "libsoup-fixed"}


class Report:
    def __init__(self, file=None):
        self._file = file
        self._figures = collections.OrderedDict()   # (what, unit) → server → values

    def add(self, what, unit, server, value, **more):
        """`what` names a row of the table, `server` a column."""
        line = json.dumps({"what": what, "unit": unit, "server": server, "value": round(value, 4), **more})
        print(line, flush=True)
        if self._file:
            with open(self._file, "a") as out:
                out.write(line + "\n")
        self._figures.setdefault((what, unit), {}).setdefault(server, []).append(value)

    def print_table(self):
        servers = list(dict.fromkeys(server for row in self._figures.values() for server in row))
        rows = [["", *servers, "ratio"]]
        for (what, unit), row in self._figures.items():
            medians = {server: statistics.median(values) for server, values in row.items()}
            ratios = [f"{server.removeprefix('klive-')} {medians[server] / medians[peer]:.2f}"
                      for peers in (PEERS, OTHER_PEERS) for server, peer in peers.items()
                      if server in medians and medians.get(peer)]
            rows.append([f"{what}, {unit}".removesuffix(", "), *(shown(medians[server]) if server in medians else "" for server in servers),
                         ", ".join(ratios)])
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        print()
        for row in rows:
            print(row[0].ljust(widths[0]) + "".join("  " + cell.rjust(width) for cell, width in zip(row[1:], widths[1:])))


def shown(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"
