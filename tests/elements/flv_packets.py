#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What ffmpeg writes as FLV comes out of kliveflvdemux ! klivesegmenter packet for packet.

A foreign program (GStreamer only) runs the elements; ffprobe reads the FLV file and the CMAF.
usage: flv_packets.py FOREIGN-PROGRAM
"""
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
SOURCES = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=30", "-f", "lavfi", "-i", "sine=r=48000"]
SITUATIONS = {
    "B-frames": ["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "60", "-c:a", "aac"],
    "key frame every half second": ["-c:v", "libx264", "-preset", "ultrafast", "-g", "15", "-c:a", "aac"],
    "one key frame": ["-c:v", "libx264", "-preset", "ultrafast", "-g", "9999", "-c:a", "aac"],
    "44.1 kHz mono": ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-ar", "44100", "-ac", "1"],
    "timestamps from 2^32 ms on": ["-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-c:a", "aac",
                                   "-output_ts_offset", "4294962"],
}


def packets(path, stream):
    """(decode time, presentation time, size, key) of every packet, times in ms from the first one.

    Modulo 2^31, as ffprobe takes the wrap of FLV's numbers for a jump.
    """
    text = subprocess.run(["ffprobe", "-v", "error", "-select_streams", stream, "-show_entries",
                           "packet=dts_time,pts_time,size,flags", "-of", "csv=p=0", str(path)],
                          check=True, capture_output=True, text=True).stdout
    rows = [line.split(",") for line in text.split()]
    read = [(float(row[1]) * 1000, float(row[0]) * 1000, int(row[2]), "K" in row[3]) for row in rows]
    return [((dts - read[0][0]) % 2**31, (pts - read[0][0]) % 2**31, size, key)
            for dts, pts, size, key in read]


def compare(name, stream, sent, got):
    """A sentence for each difference."""
    if len(sent) != len(got):
        return [f"{name}, {stream}: {len(sent)} packets went in, {len(got)} came out"]
    for number, (one, other) in enumerate(zip(sent, got)):
        # FLV rounds to milliseconds; sound is laid end to end again.
        near = abs(one[0] - other[0]) <= 1.5 and abs(one[1] - other[1]) <= 1.5
        if not near or one[2:] != other[2:]:
            return [f"{name}, {stream}: packet {number} went in as {one} and came out as {other}"]
    return []


def main():
    if not shutil.which("ffmpeg"):
        print("ffmpeg is not installed")
        return SKIPPED
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        flv, cmaf = Path(folder, "in.flv"), Path(folder, "out.mp4")
        for name, options in SITUATIONS.items():
            subprocess.run(["ffmpeg", "-v", "error", "-y", *SOURCES, "-t", "10", *options, "-f", "flv",
                            str(flv)], check=True)
            for stream, pad in (("v", "video_0"), ("a", "audio_0")):
                line = (f"filesrc location={flv} blocksize=5000 ! kliveflvdemux name=d  d.{pad} ! s.{pad} "
                        f"klivesegmenter name=s segment-duration=2000000000 ! filesink location={cmaf}")
                subprocess.run([sys.argv[1], line], check=True, timeout=60)
                failures += compare(name, stream, packets(flv, stream), packets(cmaf, stream))
            both = (f"filesrc location={flv} ! kliveflvdemux name=d  klivesegmenter name=s ! fakesink  "
                    "d.video_0 ! queue ! s.video_0  d.audio_0 ! queue ! s.audio_0")
            said = subprocess.run([sys.argv[1], both], check=True, timeout=60, capture_output=True, text=True).stdout
            sent = len(packets(flv, "v")) + len(packets(flv, "a"))
            if f"samples=(guint64){sent}, dropped=(guint64)0" not in said:
                failures.append(f"{name}, both tracks at once: {sent} packets went in, and the elements say {said}")
    print("\n".join(failures) or "every packet came out")
    return 1 if failures else 0


sys.exit(main())
