"""The web application from outside: tools, health, media, and who is let in."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from tests.stand_ins_ui import WORKS, ScriptedConversation, draw_media
from ui.gradio_chat import build_shelf
from ui.rest_api import build_app
from vouch.errors import SetupError

HERE = "http://127.0.0.1:7860"


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = draw_media(tmp_path_factory.mktemp("media"))
    (folder.parent / "secret.webp").write_bytes(b"secret")
    return folder


def client_of(media: Path, *, host: str = "127.0.0.1", api_key: str | None = None, address: str = HERE) -> TestClient:
    conversation = ScriptedConversation()
    shelf = build_shelf(conversation, media_dir=media)
    app = build_app(conversation, page=None, shelf=shelf, host=host, api_key=api_key)
    return TestClient(app, base_url=address)


@pytest.fixture
def client(media: Path) -> TestClient:
    return client_of(media)


def test_healthz_names_each_parts_tier(client: TestClient) -> None:
    assert client.get("/healthz").json()["tiers"]["chat"] == "scripted answers"


def test_tools_are_listed_with_their_schemas(client: TestClient) -> None:
    tools = {tool["name"]: tool for tool in client.get("/tools").json()["tools"]}
    properties = tools["recommend"]["input_schema"]["properties"]
    assert {"text", "filters", "liked", "person"} <= set(properties)
    assert "source" not in tools["remember"]["input_schema"]["properties"]


def test_recommend_answers_the_json_that_programs_read(client: TestClient) -> None:
    answer = client.post("/tools/recommend", json={"text": "a film", "k": 2}).json()
    assert set(answer) == {"query", "recommendations", "funnel", "notes"}
    first = answer["recommendations"][0]
    assert (first["rank"], first["item_id"], first["title"]) == (1, "nosferatu", "Nosferatu")
    assert {"kind", "text"} <= set(first["reasons"][0])


def test_an_empty_body_means_no_words(client: TestClient) -> None:
    assert len(client.post("/tools/recommend").json()["recommendations"]) == len(WORKS)


def test_a_person_in_the_body_has_a_taste_of_their_own(client: TestClient) -> None:
    client.post("/tools/remember", json={"kind": "like", "titles": ["Nosferatu"], "person": "ada"})
    hers = client.post("/tools/recommend", json={"person": "ada"}).json()
    others = client.post("/tools/recommend", json={}).json()
    assert "nosferatu" not in [one["item_id"] for one in hers["recommendations"]]
    assert "nosferatu" in [one["item_id"] for one in others["recommendations"]]


def test_an_unknown_tool_names_the_known_ones(client: TestClient) -> None:
    answer = client.post("/tools/recomend", json={})
    assert answer.status_code == 404
    assert "recommend, more_like" in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{not json", "JSON"),
        (b"[]", "object"),
        (b'{"texts": "a film"}', "texts"),
        (b'{"k": "many"}', "k"),
        (b'{"filters": [{"attribute": "year", "op": "~", "value": 1}]}', "filters.0.op"),
        (b'{"filters": [{"attribute": "colour", "op": "=", "value": "red"}]}', "colour"),
        (b'{"liked": ["No Such Work"]}', "No Such Work"),
    ],
)
def test_wrong_words_are_told_in_a_sentence(client: TestClient, body: bytes, told: str) -> None:
    answer = client.post("/tools/recommend", content=body)
    assert answer.status_code == 422
    assert told in answer.json()["error"]


def test_a_body_without_end_is_refused(client: TestClient) -> None:
    assert client.post("/tools/recommend", content=b'{"text": "' + b"a" * 300_000 + b'"}').status_code == 413


def test_a_sound_is_sent_in_ranges(client: TestClient) -> None:
    answer = client.get("/media/nosferatu/1", headers={"Range": "bytes=100-199"})
    assert answer.status_code == 206
    assert len(answer.content) == 100
    assert answer.headers["content-type"].startswith("audio/")
    assert "max-age" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "/media/nosferatu/9",
        "/media/nosferatu/-1",
        "/media/nobody/0",
        "/media/..%2F..%2Fsecret.webp/0",
        "/media/nosferatu/../secret.webp",
        "/media//0",
    ],
)
def test_only_the_catalogues_own_media_are_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code in (404, 422)


def test_a_large_picture_is_sent_small(client: TestClient, media: Path) -> None:
    Image.effect_noise((1200, 1800), 80).save(media / "print-07.webp", "WEBP", quality=95)
    whole, small = client.get("/media/print-07/0"), client.get("/media/print-07/0?cover")
    assert len(whole.content) > 200_000 > len(small.content)


def test_what_is_see_through_stays_so(client: TestClient, media: Path) -> None:
    noise = Image.effect_noise((900, 900), 90)
    Image.merge("RGBA", (noise, noise, noise, Image.new("L", noise.size, 128))).save(
        media / "general.webp", lossless=True
    )
    small = Image.open(io.BytesIO(client.get("/media/general/0?cover").content))
    assert (small.width, small.convert("RGBA").getpixel((0, 0))[3]) == (320, 128)  # type: ignore[index]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example"])
def test_a_foreign_host_name_is_refused_on_the_loopback(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9999"])
def test_another_sites_page_cannot_call_the_tools(client: TestClient, origin: str) -> None:
    assert client.post("/tools/facets", json={}, headers={"Origin": origin}).status_code == 403
    assert client.post("/tools/facets", json={}, headers={"Origin": HERE}).status_code == 200


def test_beyond_the_loopback_a_key_is_needed(media: Path) -> None:
    with pytest.raises(SetupError, match="VOUCH_API_KEY"):
        client_of(media, host="0.0.0.0")


def test_the_key_opens_tools_and_media_and_nothing_else_does(media: Path) -> None:
    client = client_of(media, host="0.0.0.0", api_key="corvid", address="http://vouch.example")
    assert client.get("/healthz").status_code == 200
    for path in ("/tools", "/media/nosferatu/0"):
        assert client.get(path).status_code == 401
        assert client.get(path, headers={"Authorization": "Bearer wrong"}).status_code == 401
        assert client.get(path, headers={"X-API-Key": ""}).status_code == 401
        assert client.get(path, headers={"Authorization": "Bearer corvid"}).status_code == 200
        assert client.get(path, headers={"X-API-Key": "corvid"}).status_code == 200


def test_the_page_asks_for_the_key_once(media: Path) -> None:
    client = client_of(media, host="0.0.0.0", api_key="corvid", address="http://vouch.example")
    assert client.get("/", follow_redirects=False).headers["location"] == "/login"
    assert "That is not the key." in client.post("/login", data={"key": "crow"}).text
    answer = client.post("/login", data={"key": "corvid"}, follow_redirects=False)
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert client.get("/tools").status_code == 200
