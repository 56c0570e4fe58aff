# SPDX-License-Identifier: LGPL-2.1-or-later
"""A new token: whoever publishes with the old one is disconnected and stays out."""
from deadline import wait_for
from media import ffmpeg


def test_NewToken_EndsThePublicationOfTheOldOne(klive, media, tmp_path):
    entry = klive.add_entry("--segment-duration", "2s")
    with ffmpeg(media, entry.stream(), tmp_path / "old.log", loop=True) as encoder:
        klive.wait_for_segments(entry, 1)
        renewed = klive.renew_token(entry)
        encoder.wait(15)
    with ffmpeg(media, entry.stream(), tmp_path / "again.log") as encoder:
        assert encoder.wait(20) != 0
        assert "Invalid token supplied" in encoder.output()
    before = klive.media_playlist(entry).last_number
    with ffmpeg(media, renewed.stream(), tmp_path / "new.log", loop=True) as encoder:
        wait_for(lambda: klive.media_playlist(entry).last_number > before + 1, 30, "segments of the new publication")
        encoder.interrupt()


def test_EntryDeleted_EndsItsPublication(klive, media, tmp_path):
    entry = klive.add_entry()
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        klive.wait_for_segments(entry, 1)
        klive.run("entry", "delete", entry.id, "--root", klive.root)
        encoder.wait(15)
    assert klive.run("entry", "show", entry.id, "--root", klive.root, check=False).returncode == 1


def test_EntryVerbs_SpeakToTheService(klive):
    entry = klive.add_entry("--dvr-window", "30", "--low-latency", "--description", "About it", name="First name")
    shown = klive.run("entry", "show", entry.id, "--root", klive.root).stdout
    assert "First name" in shown and "30 minutes" in shown and "lowlatency" in shown and entry.url in shown
    klive.run("entry", "update", entry.id, "--root", klive.root, "--name", "Second name")
    listed = klive.run("entry", "list", "--root", klive.root).stdout
    assert f"{entry.id}  -        Second name" in listed
    assert klive.run("entry", "add", "--root", klive.root, "--name", "abc", check=False).returncode == 1
    missing = klive.run("entry", "show", "1_zzzzzzzz", "--root", klive.root, check=False)
    assert missing.returncode == 1 and "1_zzzzzzzz" in missing.stderr
