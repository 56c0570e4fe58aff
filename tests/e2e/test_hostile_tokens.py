# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tokens that are guessed, by many and by one: guessing is slow, the right token is not, and an old one dies at once."""
import time

from hostile import LET_IN, scene
from media import ffmpeg
from rtmp_wire import ECHO, GREETING, PUBLISHED, connect, publish, time_to_publish
from storm import Storm

_INVALID = "Invalid token supplied"
_SECONDS = 8


def guesses(entry, count):
    """Connections that each try another token of `entry`: half of them say it with `connect`, half with `publish`."""
    for number in range(count):
        token = f"{number:08x}"
        url = entry.url.replace(entry.token, token)
        yield GREETING + ECHO + connect(url)
        bare, query = url.split("?")
        yield GREETING + ECHO + connect(bare) + publish(f"1?{query}")


def test_GuessesFromAThousandAddresses_RightTokenIsNeverHeldUp(klive, media, tmp_path):
    with scene(klive, media, tmp_path) as on_stage:
        before = on_stage.footprint()
        with Storm(tmp_path / "guesses.log", klive.rtmp_port, list(guesses(on_stage.shown, 200)), parallel=1000,
                   addresses=1000, seconds=_SECONDS, marks=[_INVALID, PUBLISHED.decode()]) as storm:
            result, = on_stage.holds_during([storm])
        print(result)
        assert on_stage.slowest < LET_IN / 2, "the right token was held up"
        assert result["marks"][PUBLISHED.decode()] == 0
        # Each address waits 0.1, 0.2, 0.4, 0.8, 1.6 and then 2 s for its answers.
        assert 1000 < result["marks"][_INVALID] <= 1000 * (5 + _SECONDS / 2), result
        on_stage.settles(before)


def test_GuessesFromOneAddressThatDoNotWait_AreSlowedAllTheSame(klive, media, tmp_path):
    with scene(klive, media, tmp_path) as on_stage:
        refused = klive.metric("klive_publish_refused_total")
        with Storm(tmp_path / "guesses.log", klive.rtmp_port, list(guesses(on_stage.shown, 200)), parallel=100,
                   seconds=_SECONDS, hold=0.05) as storm:
            result, = on_stage.holds_during([storm])
        judged = klive.metric("klive_publish_refused_total") - refused
        print(result, judged)
        assert result["made"] > 2000, result
        # Hanging up does not free one of the 64 places that an address has.
        assert 64 <= judged <= 64 * (2 + _SECONDS / 2), judged


def test_GuessesFromTheSameAddress_RightTokenIsLetIn(klive, media, tmp_path):
    with scene(klive, media, tmp_path) as on_stage:
        with Storm(tmp_path / "guesses.log", klive.rtmp_port, list(guesses(on_stage.shown, 200)), parallel=40,
                   seconds=_SECONDS) as storm:
            on_stage.holds_during([storm], source="127.1.0.1")
        assert on_stage.slowest < LET_IN / 2


def test_NewToken_OldOneDiesAtOnceAndThoseOfOthersNeverWork(klive, media, tmp_path):
    entry, other = klive.add_entry(), klive.add_entry()
    with ffmpeg(media, entry.stream(), tmp_path / "old.log", loop=True) as encoder:
        klive.wait_for_segments(entry, 1)
        klive.renew_token(entry)
        renewed = time.monotonic()
        encoder.wait(5)
        assert time.monotonic() - renewed < 1, "published on with the old token"
    taken, answer = time_to_publish(klive.rtmp_port, entry.url)
    assert _INVALID.encode() in answer and taken < 1, answer
    _, answer = time_to_publish(klive.rtmp_port, entry.url.replace(entry.token, other.token))
    assert _INVALID.encode() in answer, answer
    taken, answer = time_to_publish(klive.rtmp_port, other.url)
    assert PUBLISHED in answer and taken < 1, answer
