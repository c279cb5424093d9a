# SPDX-License-Identifier: Apache-2.0
"""A storage host on loopback that costs as little as a host can: it throws bodies away without looking at them.

Python's own HTTP server takes 2 ms for a request, which a run of uploads would measure three times and `curl -T` once."""

import json
import re
import socket
import threading

CHUNK = 1 << 20
HEADER = 16 << 10


class Connection:
    """One client's connection: request after request, until the client closes it."""

    def __init__(self, storage, channel):
        self.storage, self.channel = storage, channel
        self.early = b""  # what came behind a header

    def serve(self):
        with self.channel:
            self.channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while header := self.header():
                method, path, _ = header.split(b"\r\n", 1)[0].decode().split(" ")
                length = re.search(rb"\r\ncontent-length: *(\d+)\r\n", header, re.IGNORECASE)
                size = int(length[1]) if length else 0
                if re.search(rb"\r\nexpect: *100-continue\r\n", header, re.IGNORECASE):  # curl waits a second for it
                    self.channel.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                self.discard(size)
                self.channel.sendall(self.storage.answer(method, path, size))

    def header(self):
        """Of the next request, with its empty line; nothing when the client has closed."""
        text, self.early = self.early, b""
        while (end := text.find(b"\r\n\r\n")) < 0:
            more = self.channel.recv(HEADER)
            if not more:
                return b""
            text += more
        self.early = text[end + 4:]
        return text[:end + 4]

    def discard(self, size):
        left = size - len(self.early)
        if left < 0:
            raise ConnectionError("more than the announced body")
        self.early = b""
        room = bytearray(min(CHUNK, left))
        while left > 0:
            got = self.channel.recv_into(room, min(left, CHUNK), socket.MSG_TRUNC)  # TCP: dropped, not copied
            if got == 0:
                raise ConnectionError("the body is short")
            left -= got


class Storage:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.lock = threading.Lock()
        self.stored = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            channel, _ = self.listener.accept()
            threading.Thread(target=Connection(self, channel).serve, daemon=True).start()

    def answer(self, method, path, size):
        if method == "GET":  # how much is there
            return self._response("206 Partial Content", b"x", f"Content-Range: bytes 0-0/{self.stored}\r\n")
        document = {}
        if method == "PUT":
            with self.lock:
                self.stored += size
            if part := re.match(r"/put/x\.mp4/(\d+)\?", path):
                document = {"partNumber": int(part[1]), "etag": f"e{part[1]}"}
        elif "/initiate" in path:
            document = {"upload_url": self.url + "/put/x.mp4?signature=s", "file_url": self.url + "/x.mp4"}
        return self._response("200 OK", json.dumps(document).encode(), "Content-Type: application/json\r\n")

    @staticmethod
    def _response(status, body, more):
        return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode() + body

    def take_stored(self):
        """Bytes that came since the last call."""
        with self.lock:
            stored, self.stored = self.stored, 0
        return stored
