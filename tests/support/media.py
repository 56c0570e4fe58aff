# SPDX-License-Identifier: LGPL-2.1-or-later
"""Media to publish, and encoders that publish it."""
import pathlib
import subprocess

from program import Program


def make_media(path, seconds, size="320x180", rate=25, key_interval=2.0, b_frames=2, audio=True):
    """An MP4 with a moving picture (H.264) and a tone (AAC)."""
    arguments = ["ffmpeg", "-y", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}"]
    if audio:
        arguments += ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]
    arguments += ["-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast", "-tune", "stillimage",
                  "-pix_fmt", "yuv420p", "-bf", str(b_frames), "-g", str(int(rate * key_interval)),
                  "-sc_threshold", "0", "-b:v", "300k"]
    if audio:
        arguments += ["-c:a", "aac", "-b:a", "64k", "-ac", "2"]
    subprocess.run([*arguments, str(path)], check=True, timeout=120)
    return pathlib.Path(path)


def ffmpeg(source, url, log, loop=False, options=()):
    """ffmpeg publishes a file in real time, as it is."""
    arguments = ["ffmpeg", "-nostdin", "-hide_banner", "-re"]
    if loop:
        arguments += ["-stream_loop", "-1"]
    return Program([*arguments, "-i", source, "-c", "copy", *options, "-f", "flv", url], log)


def gst_launch(line, log):
    return Program(["gst-launch-1.0", "-q", *line.split()], log)
