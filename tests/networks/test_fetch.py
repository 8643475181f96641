import functools
import hashlib
import http.server
import threading

import pytest

from ffnet.errors import InputError
from ffnet.networks.fetch import check_hash, fetch_weights, imagenet_url

CONTENT = b"weights " * 1000
NAME = f"net-{hashlib.sha256(CONTENT).hexdigest()[:8]}.pth"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


class Cutting(Quiet):
    """Promises all and sends half."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[: len(CONTENT) // 2])


@pytest.fixture
def serve(tmp_path, monkeypatch):
    """A function: from a handler class to the address of a server on this machine for the folder `there`."""
    monkeypatch.setenv("no_proxy", "*")
    (tmp_path / "there").mkdir()
    servers = []

    def start(handler=Quiet):
        made = functools.partial(handler, directory=str(tmp_path / "there"))
        servers.append(http.server.ThreadingHTTPServer(("127.0.0.1", 0), made))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_the_address_is_torchvisions_own_and_its_name_carries_the_hash():
    from torchvision.models import VGG16_BN_Weights

    assert imagenet_url() == VGG16_BN_Weights.IMAGENET1K_V1.url
    with pytest.raises(InputError, match="vgg16_bn-6c64b313.pth: its SHA-256 begins with .*, not 6c64b313; mend it"):
        check_hash(__file__, imagenet_url().rpartition("/")[2], "mend it")


def test_it_is_fetched_once_and_then_taken_from_the_folder(tmp_path, serve):
    there = tmp_path / "there" / NAME
    there.write_bytes(CONTENT)
    url = f"{serve()}/{NAME}"
    here = tmp_path / "here"
    assert fetch_weights(url, here) == str(here / NAME)
    there.unlink()
    assert fetch_weights(url, here) == str(here / NAME)
    assert (here / NAME).read_bytes() == CONTENT and [path.name for path in here.iterdir()] == [NAME]


def test_a_file_put_there_by_hand_is_taken_without_any_server(tmp_path):
    (tmp_path / NAME).write_bytes(CONTENT)
    assert fetch_weights(f"http://nowhere.invalid/{NAME}", tmp_path) == str(tmp_path / NAME)


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b" ", b"", b"<html>sign in</html>"])
def test_a_wrong_or_cut_file_put_there_by_hand_is_refused_and_stays(tmp_path, content):
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(
        InputError, match=f"{NAME}: its SHA-256 begins with .*; delete it, then start again or put http://x/{NAME}"
    ):
        fetch_weights(f"http://x/{NAME}", tmp_path)
    assert (tmp_path / NAME).read_bytes() == content


def test_a_server_that_sends_half_or_something_else_leaves_nothing(tmp_path, serve):
    here = tmp_path / "here"
    with pytest.raises(InputError, match="cut short or altered; try again, or download it on any machine"):
        fetch_weights(f"{serve(Cutting)}/{NAME}", here)
    (tmp_path / "there" / NAME).write_bytes(b"<html>sign in</html>")
    with pytest.raises(InputError, match=f"{NAME}: its SHA-256 begins with .* altered; try again"):
        fetch_weights(f"{serve()}/{NAME}", here)
    assert list(here.iterdir()) == []


def test_without_internet_or_file_it_says_which_file_and_where_to_put_it(tmp_path, serve):
    url = serve()
    for address in (f"{url}/{NAME}", f"http://nowhere.invalid/{NAME}"):
        message = (
            f"{NAME}: cannot be downloaded (.*); download it on any machine and put it here as {tmp_path}/here/{NAME}$"
        )
        with pytest.raises(InputError, match=message):
            fetch_weights(address, tmp_path / "here")
    assert list((tmp_path / "here").iterdir()) == []
