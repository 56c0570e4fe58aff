# SPDX-License-Identifier: LGPL-2.1-or-later
"""Installation: an embedded klive that stands for a Kaltura installation, and media servers for it."""
import json
import urllib.request

MEDIA_SERVER = -5
OWN_PARTNER = 101
AUTHENTICATED, BROADCASTING, PLAYABLE, OFF_AIR = 3, 2, 1, 0


class Installation:
    def __init__(self, klive):
        self.klive = klive
        self.secrets = json.loads((klive.root / "secrets.json").read_text())
        self._session = klive.run("ks", "--root", klive.root).stdout.strip()

    def call(self, service, action, **parameters):
        """The answer; errors are dicts with a "code"."""
        body = json.dumps({"ks": self._session, "format": 1, **parameters}).encode()
        request = urllib.request.Request(f"{self.klive.origin}/api_v3/service/{service}/action/{action}", body,
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def status(self, entry):
        return self.call("liveStream", "get", entryId=entry.id)["liveStatus"]

    def node(self, entry, side=0):
        """What is registered of a side, or None."""
        found = self.call("entryServerNode", "list",
                          filter={"objectType": "KalturaLiveEntryServerNodeFilter", "entryIdEqual": entry.id})
        return next((node for node in found["objects"] if int(node["serverType"]) == side), None)

    def media_server(self, partner, origin=None, name="media-1"):
        """The configuration of a media server: -5, or the installation's own partner."""
        secret = self.secrets["media_server_secret" if partner == MEDIA_SERVER else "admin_secret"]
        return ["backend.type=kaltura", f"backend.service-url={origin or self.klive.origin}",
                f"backend.admin-secret={secret}", f"backend.partner-id={partner}", f"backend.server-node-name={name}"]


def address(klive, entry, token=None, side=0, name="1"):
    """Where to publish an entry of the installation at a media server; it names no partner."""
    return f"rtmp://127.0.0.1:{klive.rtmp_port}/kLive?e={entry.id}&i={side}&t={token or entry.token}/{name}"
