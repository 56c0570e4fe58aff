# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients of Kaltura's API that are spoken to alike: Kaltura's own library, which sends JSON, and one that sends forms
and reads XML. Answers are dicts, lists and texts: true is "1", 7 is "7", whichever way they came."""
import json
import shutil
import subprocess
import urllib.parse
import urllib.request
import xml.etree.ElementTree


def install_client(build, source):
    """Kaltura's library, fetched once into the build folder as the lock file pins it."""
    folder = build / "e2e-kaltura-client"
    folder.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json", "driver.js"):
        shutil.copy(source / "tests/e2e/kaltura-client" / name, folder)
    if not (folder / "node_modules/kaltura-client").is_dir():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True,
                       timeout=200)
    return folder


def plain(value):
    """What both wire forms mean alike."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)


def is_error(answer):
    return isinstance(answer, dict) and answer.get("objectType") == "KalturaAPIException"


class NodeClient:
    """Kaltura's library for Node.js."""

    def __init__(self, folder, origin):
        self.process = subprocess.Popen(["node", folder / "driver.js", folder / "node_modules", origin],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(10) == 0
        self.process.stdout.close()

    def _ask(self, ks, calls, multi):
        self.process.stdin.write(json.dumps({"ks": ks, "multi": multi, "calls": [
            {"service": service, "action": action, "args": list(args)} for service, action, *args in calls]}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return plain(answer.get("ok"))

    def call(self, ks, service, action, *args):
        return self._ask(ks, [(service, action, *args)], False)

    def multi(self, ks, *calls):
        return self._ask(ks, calls, True)


class FormClient:
    """Sends forms with a:b:c names, reads XML. The names of parameters come from the API's own schema."""

    def __init__(self, origin):
        self.origin = origin
        with urllib.request.urlopen(origin + "/api_v3/schema", timeout=30) as answer:
            schema = xml.etree.ElementTree.fromstring(answer.read())
        self.parameters = {}
        for service in schema.find("services"):
            for action in service:
                names = [parameter.get("name") for parameter in action.iter("param")]
                self.parameters[service.get("id").split("_")[-1], action.get("name")] = names

    def close(self):
        pass

    def _fields(self, prefix, service, action, args):
        fields = []
        for name, value in zip(self.parameters[service, action], args):
            if value is not None:
                fields += flat(prefix + name, value)
        return fields

    def call(self, ks, service, action, *args):
        fields = self._fields("", service, action, args) + ([("ks", ks)] if ks else [])
        return self.post(f"/api_v3/service/{service}/action/{action}", fields)

    def multi(self, ks, *calls):
        fields = [("ks", ks)] if ks else []
        for number, (service, action, *args) in enumerate(calls, 1):
            fields += [(f"{number}:service", service), (f"{number}:action", action)]
            fields += self._fields(f"{number}:", service, action, args)
        return self.post("/api_v3/service/multirequest", fields)

    def post(self, path, fields):
        body = urllib.parse.urlencode(fields).encode()
        with urllib.request.urlopen(urllib.request.Request(self.origin + path, body), timeout=30) as answer:
            assert answer.status == 200
            return result_of(answer.read())


def flat(name, value):
    if isinstance(value, dict):
        return [field for member, inner in value.items() for field in flat(f"{name}:{member}", inner)]
    if isinstance(value, list):
        if not value:
            return [(f"{name}:-", "")]
        return [field for index, inner in enumerate(value) for field in flat(f"{name}:{index}", inner)]
    return [(name, plain(value))]


def result_of(body):
    """The result in an XML answer."""
    root = xml.etree.ElementTree.fromstring(body)
    assert root.tag == "xml" and root.find("executionTime") is not None
    return value_of(root.find("result"))


def value_of(element):
    error = element.find("error")
    if error is not None:
        found = {name: error.findtext(name) for name in ("code", "message", "objectType")}
        found["args"] = {item.findtext("name"): item.findtext("value") for item in error.find("args")}
        return found
    children = list(element)
    if not children:
        return element.text or ""
    if all(child.tag == "item" for child in children):
        return [value_of(child) for child in children]
    return {child.tag: value_of(child) for child in children}
