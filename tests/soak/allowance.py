# SPDX-License-Identifier: LGPL-2.1-or-later
"""Allowance: the times in which frames of a broadcast may be lost, because a fault was made then."""
import dataclasses
import math


@dataclasses.dataclass
class Span:
    fault: str
    begin: float          # Unix seconds
    end: float = math.inf  # not over yet


class Allowance:
    def __init__(self):
        self.spans = []

    def open(self, fault, begin):
        span = Span(fault, begin)
        self.spans.append(span)
        return span

    def fault_of(self, begin, end):
        """The fault that explains the loss of everything between two times, or None."""
        first, reach = None, begin
        for span in sorted(self.spans, key=lambda span: span.begin):
            if span.begin <= reach < span.end:
                first = first or span.fault
                reach = span.end
        return first if reach >= end else None

    def end_before(self, time):
        """When the newest fault was over: `time` itself while one goes on."""
        return min(max((span.end for span in self.spans if span.begin <= time), default=0), time)
