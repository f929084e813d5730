"""Hubs for tests: serves folders of repositories, and misbehaves as it is told.

Usage: hub_server.py FOLDER. Prints its port, then serves until its standard input ends.
FOLDER/HUB is a hub, whose address ends in /HUB; HUB/ORG/NAME holds the files of a repository.
HUB/faults.json maps a path of a request to a list of faults, one for each request, the last of which
stays: drop:N (the connection ends after N bytes), long:N and short:N (N bytes too many or too few, with
a length that fits), lie:N (a length that is N too large), wrong (other bytes of the same number),
status:CODE, later:SECONDS (429 with Retry-After), redirect, away (a redirect to another host name),
loop, norange (no answer in parts), slow:N (N bytes a 20th of a second).
HUB/requests.log gets a line a request: method, path, range, host, whether a token came.
"""
import hashlib
import http.server
import json
import os
import shutil
import sys
import threading
import time
import urllib.parse

FOLDER = sys.argv[1]
LOCK = threading.Lock()
COUNTS = {}


def fault(hub, path):
    try:
        with open(os.path.join(FOLDER, hub, "faults.json")) as file:
            faults = json.load(file).get(path, [])
    except (OSError, ValueError):
        faults = []
    with LOCK:
        count = COUNTS.get((hub, path), 0)
        COUNTS[hub, path] = count + 1
    if not faults:
        return "", 0
    name, _, number = faults[min(count, len(faults) - 1)].partition(":")
    return name, int(number or 0)


def entries(folder):
    for top, _, names in os.walk(folder):
        for name in sorted(names):
            path = os.path.join(top, name)
            with open(path, "rb") as file:
                data = file.read()
            yield os.path.relpath(path, folder), data


def git(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def send(self, status, data=b"", headers=(), length=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = True

    def do_GET(self):
        self.hub, _, path = urllib.parse.urlsplit(self.path).path.lstrip("/").partition("/")
        path = "/" + path
        self.root = os.path.join(FOLDER, self.hub)
        if not os.path.isdir(self.root):
            return self.send(404, b"No such hub")
        with LOCK, open(os.path.join(self.root, "requests.log"), "a") as log:
            log.write("%s %s range=%s host=%s token=%s\n" % (
                self.command, path, self.headers.get("Range", "-"),
                self.headers.get("Host", "-").partition(":")[0],
                self.headers.get("Authorization", "-")))
        kind, number = fault(self.hub, path)
        if kind == "status":
            return self.send(number, b"refused")
        if kind == "later":
            return self.send(429, b"", [("Retry-After", str(number))])
        if kind in ("redirect", "away", "loop"):
            host = "localhost" if kind == "away" else "127.0.0.1"
            place = path if kind == "loop" else "/blob" + path
            return self.send(302, b"", [
                ("Location", "http://%s:%d/%s%s" % (
                    host, self.server.server_port, self.hub, place))])
        parts = path.strip("/").split("/")
        if parts[0] == "blob":
            parts = parts[1:]
        if parts[:2] == ["api", "models"]:
            return self.list(parts[2:])
        if len(parts) > 4 and parts[2] == "resolve":
            file = os.path.join(self.root, *parts[:2], *parts[4:])
            if os.path.isfile(urllib.parse.unquote(file)):
                with open(urllib.parse.unquote(file), "rb") as stream:
                    return self.file(stream.read(), kind, number)
        self.send(404, b"Entry not found")

    def list(self, parts):
        folder = os.path.join(self.root, *parts[:2])
        if not os.path.isdir(folder):
            return self.send(401, b"Repository not found")
        plain = os.path.exists(os.path.join(self.root, "no-sizes"))
        if parts[2] == "tree":
            files = []
            for name, data in entries(folder):
                entry = {"type": "file", "path": name, "size": len(data), "oid": git(data)}
                if name.endswith(("safetensors", "gguf")):
                    entry["lfs"] = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data)}
                files.append(entry)
            page = int(urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get(
                "page", ["0"])[0])
            headers = []
            if page + 1 < len(files):
                headers = [("Link", '<http://127.0.0.1:%d/%s/api/models/%s?page=%d>; rel="next"' % (
                    self.server.server_port, self.hub, "/".join(parts), page + 1))]
            return self.send(200, json.dumps(files[page:page + 1]).encode(), headers)
        siblings = []
        for name, data in entries(folder):
            sibling = {"rfilename": name}
            if not plain:
                sibling.update(size=len(data), blobId=git(data))
                if name.endswith(("safetensors", "gguf")):
                    sibling["lfs"] = {
                        "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            siblings.append(sibling)
        self.send(200, json.dumps({
            "siblings": siblings, "sha": "0" * 40, "cardData": {"license": "apache-2.0"}}).encode())

    def file(self, data, kind, number):
        if kind == "wrong":
            data = bytes(byte ^ 255 for byte in data)
        if kind == "long":
            data += b"x" * number
        if kind == "short":
            data = data[:-number]
        start = 0
        asked = self.headers.get("Range")
        if asked and kind != "norange":
            start = int(asked.split("=")[1].split("-")[0])
            if start >= len(data):
                return self.send(416)
        body = data[start:]
        length = len(body) + (number if kind == "lie" else 0)
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (
                start, len(data) - 1, len(data)))
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.close_connection = True
        if kind == "drop":
            self.wfile.write(body[:number])
        elif kind == "slow":
            for index in range(0, len(body), number):
                self.wfile.write(body[index:index + number])
                self.wfile.flush()
                time.sleep(0.05)
        else:
            self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    # All tests may ask at once.
    request_queue_size = 128

    def handle_error(self, *arguments):
        pass


server = Server(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
shutil.rmtree(FOLDER, ignore_errors=True)
