"""A storage host on loopback that costs as little as a host can: it throws bodies away without looking at them."""

import json
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CHUNK = 1 << 20


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    rbufsize = 0  # the body stays in the kernel
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def _discard(self):
        left = int(self.headers["Content-Length"])
        room = bytearray(CHUNK)
        while left > 0:
            got = self.connection.recv_into(room, min(left, CHUNK), socket.MSG_TRUNC)  # TCP: dropped, not copied
            if got == 0:
                raise ConnectionError("the body is short")
            left -= got
        return int(self.headers["Content-Length"])

    def _answer(self, document, status=200, more=()):
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *more]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self._discard()
        if "/initiate" in self.path:
            return self._answer({"upload_url": self.server.url + "/put/x.mp4?signature=s", "file_url": self.server.url + "/x.mp4"})
        return self._answer({})  # complete

    def do_PUT(self):
        size = self._discard()
        with self.server.lock:
            self.server.stored += size
        part = re.match(r"/put/x\.mp4/(\d+)\?", self.path)
        self._answer({"partNumber": int(part[1]), "etag": f"e{part[1]}"} if part else {})

    def do_GET(self):  # how much is there
        self.send_response(206)
        self.send_header("Content-Range", f"bytes 0-0/{self.server.stored}")
        self.send_header("Content-Length", "1")
        self.end_headers()
        self.wfile.write(b"x")


class Storage(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.lock = threading.Lock()
        self.stored = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def take_stored(self):
        """Bytes that came since the last call."""
        with self.lock:
            stored, self.stored = self.stored, 0
        return stored
