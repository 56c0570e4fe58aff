# SPDX-License-Identifier: LGPL-2.1-or-later
"""Viewer: follows the playlists of an entry and holds every answer to what HLS promises a player."""
import hashlib
import threading


class Viewer:
    """look() reads the media playlist of every track once. What never may happen fails there."""

    def __init__(self, klive, entry):
        self.klive = klive
        self.entry = entry
        self.sequences = {}   # track → highest media sequence and last number so far
        self.uris = {}        # (track, number) → URI
        self.numbers = {}     # (track, URI) → number
        self.digests = {}     # (track, URI) → digest of the bytes
        self._looking = threading.RLock()   # what was read first must be checked first

    def tracks(self):
        master = self.klive.master(self.entry)
        if master is None:
            return []
        uris = [variant.uri for variant in master.variants] + [each["URI"] for each in master.media if "URI" in each]
        return sorted({uri.rsplit("/", 1)[0] for uri in uris})

    def look(self):
        """The playlists by track; empty while the service is away."""
        playlists = {}
        for track in self.tracks():
            with self._looking:
                playlist = self.klive.media_playlist(self.entry, track)
                if playlist is None:
                    continue
                self._check(track, playlist)
            playlists[track] = playlist
        return playlists

    def _check(self, track, playlist):
        sequence, last = self.sequences.get(track, (playlist.sequence, playlist.last_number))
        assert playlist.sequence >= sequence, f"{track}: media sequence goes back, {sequence} to {playlist.sequence}"
        assert playlist.last_number >= last, f"{track}: the last segment goes back, {last} to {playlist.last_number}"
        self.sequences[track] = playlist.sequence, playlist.last_number
        for segment in playlist.segments:
            known = self.uris.setdefault((track, segment.number), segment.uri)
            assert known == segment.uri, f"{track}: number {segment.number} was {known} and is {segment.uri}"
            number = self.numbers.setdefault((track, segment.uri), segment.number)
            assert number == segment.number, f"{track}: {segment.uri} was number {number} and is {segment.number}"

    def door_died(self):
        """What is listed is on disk as a whole, and in the journal a moment later: of a door and its workers that die
        in between, the one behind the journal is listed again when the entry's next worker has found it."""
        with self._looking:
            self.sequences = {track: (first, last - 1) for track, (first, last) in self.sequences.items()}

    def fetch(self, track, segment):
        """The answer; bytes that were fetched before must be the same."""
        answer = self.klive.get(f"/live/{self.entry.id}/{track}/{segment.uri}")
        if answer.status == 200:
            digest = hashlib.sha256(answer.body).hexdigest()
            known = self.digests.setdefault((track, segment.uri), digest)
            assert known == digest, f"{track}/{segment.uri} has other bytes than before"
        return answer

    def fetch_all(self):
        """Fetches every segment of the window; one that was fetched before must have the same bytes."""
        count = 0
        for track, playlist in self.look().items():
            for segment in playlist.segments:
                if segment.is_gap:
                    continue
                assert self.fetch(track, segment).status == 200, f"{track}/{segment.uri} cannot be fetched"
                count += 1
        return count

    def last_number(self):
        return max((playlist.last_number for playlist in self.look().values()), default=-1)
