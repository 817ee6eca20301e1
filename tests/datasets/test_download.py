"""The network is a server of this process on 127.0.0.1, which behaves as badly as a test wants."""

import hashlib
import http.server
import threading

import pytest

from gradschool.datasets.download import DownloadError, Remote, fetch

CONTENT = bytes(range(256)) * 1000


class Server(http.server.ThreadingHTTPServer):
    """Serves CONTENT at /whole, in pieces at /broken (with Range) and /hopeless (without), rubbish at /wrong."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []

    def url(self, path):
        return f"http://127.0.0.1:{self.server_port}/{path}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, self.headers["Range"]))
        start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-")) if self.headers["Range"] else 0
        if self.path == "/missing":
            self.send_error(404)
            return
        if self.path in ("/hopeless", "/plain"):
            start = 0
        content = b"?" * 100 if self.path == "/wrong" else CONTENT
        if start and start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if self.path != "/unmeasured":
            self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start : start + 100_000] if self.path in ("/broken", "/hopeless") else content[start:])

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def remote(*urls):
    return Remote("data.bin", hashlib.sha256(CONTENT).hexdigest(), urls)


@pytest.mark.parametrize("path", ["whole", "unmeasured", "broken"])
def test_what_arrives_is_kept_under_its_name_and_nothing_else_is(server, tmp_path, path):
    folder = tmp_path / "new" / "cache"
    assert fetch(remote(server.url(path)), folder) == folder / "data.bin"
    assert (folder / "data.bin").read_bytes() == CONTENT
    assert [item.name for item in folder.iterdir()] == ["data.bin"]


def test_a_file_that_is_there_is_not_asked_for(server, tmp_path):
    (tmp_path / "data.bin").write_bytes(b"mine")
    assert fetch(remote(server.url("whole")), tmp_path).read_bytes() == b"mine"
    assert server.asked == []


def test_a_connection_that_breaks_is_taken_up_where_it_broke(server, tmp_path):
    fetch(remote(server.url("broken")), tmp_path)
    assert server.asked == [("/broken", None), ("/broken", "bytes=100000-"), ("/broken", "bytes=200000-")]


def test_what_an_earlier_attempt_left_is_continued(server, tmp_path):
    (tmp_path / "data.bin.partial").write_bytes(CONTENT[:1000])
    assert fetch(remote(server.url("whole")), tmp_path).read_bytes() == CONTENT
    assert server.asked == [("/whole", "bytes=1000-")]


def test_a_server_without_ranges_sends_all_again(server, tmp_path):
    (tmp_path / "data.bin.partial").write_bytes(b"x" * 1000)
    assert fetch(remote(server.url("plain")), tmp_path).read_bytes() == CONTENT
    assert server.asked == [("/plain", "bytes=1000-")]


@pytest.mark.parametrize("old", [b"x" * 1000, b"x" * len(CONTENT), b"x" * (len(CONTENT) + 1)], ids=len)
def test_a_wrong_beginning_is_dropped_and_all_is_fetched_again(server, tmp_path, old):
    (tmp_path / "data.bin.partial").write_bytes(old)
    assert fetch(remote(server.url("whole")), tmp_path).read_bytes() == CONTENT
    assert server.asked == [("/whole", f"bytes={len(old)}-"), ("/whole", None)]


def test_all_of_it_left_by_an_earlier_attempt_needs_no_more(server, tmp_path):
    (tmp_path / "data.bin.partial").write_bytes(CONTENT)
    assert fetch(remote(server.url("whole")), tmp_path).read_bytes() == CONTENT


def test_a_connection_that_never_gets_further_is_given_up_and_its_part_kept(server, tmp_path):
    with pytest.raises(
        DownloadError, match=r"hopeless: the connection ended after 100,000 of 256,000 bytes; a new att"
    ):
        fetch(remote(server.url("hopeless")), tmp_path)
    assert [item.name for item in tmp_path.iterdir()] == ["data.bin.partial"]
    assert len(server.asked) == 2


def test_a_wrong_checksum_deletes_the_file_and_says_so(server, tmp_path):
    wrong, right = hashlib.sha256(b"?" * 100).hexdigest(), hashlib.sha256(CONTENT).hexdigest()
    with pytest.raises(
        DownloadError, match=f"wrong: its SHA-256 is {wrong} where {right} is right, so the file was del"
    ):
        fetch(remote(server.url("wrong")), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_next_copy_is_tried(server, tmp_path):
    urls = [server.url(path) for path in ("missing", "wrong", "whole")]
    assert fetch(remote(*urls), tmp_path).read_bytes() == CONTENT


def test_the_error_says_what_happened_to_each_copy(server, tmp_path):
    with pytest.raises(DownloadError) as caught:
        fetch(remote(server.url("missing"), "http://127.0.0.1:1/closed"), tmp_path)
    first, second = str(caught.value).splitlines()
    assert first == f"{server.url('missing')}: HTTP 404 Not Found"
    assert second.startswith("http://127.0.0.1:1/closed: [Errno ")
    assert list(tmp_path.iterdir()) == []


def test_another_process_may_be_faster(server, tmp_path, monkeypatch):
    def replaced_before(source, target):
        source.rename(target)
        raise FileNotFoundError(source)

    monkeypatch.setattr("gradschool.datasets.download.os.replace", replaced_before)
    assert fetch(remote(server.url("whole")), tmp_path).read_bytes() == CONTENT
    assert server.asked == [("/whole", None)]


def test_progress_goes_to_stderr(server, tmp_path, capsys):
    fetch(remote(server.url("whole")), tmp_path)
    out, err = capsys.readouterr()
    assert out == ""
    assert "data.bin: 100%" in err
    assert "250k/250k" in err
