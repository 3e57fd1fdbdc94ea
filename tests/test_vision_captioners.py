"""Vision-language models: what is asked, how answers are read, and the real code of each way to ask.

transformers runs a tiny Idefics3 that is fitted to drawn pictures (tests/tiny_idefics3.py), and, where VOUCH_TEST_WEIGHTS has a real
model that `vouch pull` brings, that one on real photos. llama.cpp runs the same tiny model as GGUF. Servers are scripted on the loopback.
"""

from __future__ import annotations

import base64
import importlib
import importlib.util
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from prompts import caption_grammar, caption_prompt, caption_repair
from retrieval.perception import llama_cpp_captioner
from retrieval.perception.llama_cpp_captioner import LlamaCppCaptioner, mmproj
from retrieval.perception.openai_captioner import OpenAiCaptioner, data_address
from retrieval.perception.seen_answer import OPENING, Turn, fields, look, perceived
from retrieval.perception.transformers_captioner import TransformersCaptioner, load_processor
from tests.scripted_server import server
from tests.tiny_idefics3 import TEMPLATE, dozen, make_tokenizer, tiny_idefics3
from tests.tiny_idefics3_gguf import as_gguf
from vouch.errors import MissingExtra, ModelFailed, ModelUnavailable, UnreadableMedia
from vouch.hub import HUB_MODELS, pulled_folder
from vouch.ports import BatchPerceiver
from vouch.settings import Settings

ANSWER = json.dumps(dozen()[0][1])
TOLD = "A red circle on a white ground."


def asking(*answers: str | ModelFailed) -> tuple[list[tuple[Turn, ...]], Any]:
    """What a model was told, and a model that gives these answers in turn."""
    told: list[tuple[Turn, ...]] = []
    left = list(answers)

    def ask(pictures: Sequence[Any], talks: Sequence[tuple[Turn, ...]]) -> list[str | ModelFailed]:
        told.extend(talks)
        return [left.pop(0) for _ in pictures]

    return told, ask


def test_each_field_goes_to_its_channel() -> None:
    answer = '{"caption": "Two men mend nets.", "objects": ["net", "boat"], "setting": "a quay", "people": "two men", "mood": "calm", '
    found = perceived(answer + '"colours": ["blue"], "visible_text": "HELENE II"}')
    assert [(p.channel, p.text) for p in found] == [
        ("caption", "Two men mend nets."),
        ("caption", "Setting: a quay. People: two men. Mood: calm."),
        ("tags", "net, boat"),
        ("colours", "blue"),
        ("ocr", "HELENE II"),
    ]


@pytest.mark.parametrize(
    ("answer", "caption"),
    [
        ('Here it is:\n```json\n{"caption": "A cat.", "people": "none"}\n```', "A cat."),
        ('{"caption": "A cat on a', "A cat on a"),
        ('{"caption": "A cat.", "objects": ["cat", "so', "A cat."),
        ('{"caption": "A cat\nasleep"}', "A cat asleep"),
    ],
)
def test_json_that_is_fenced_broken_off_or_careless_is_read(answer: str, caption: str) -> None:
    assert fields(answer)["caption"] == caption
    assert "people" not in fields(answer)


def test_what_repeats_itself_or_never_ends_is_cut() -> None:
    found = fields(
        json.dumps({"caption": "A cat sleeps. " * 80, "objects": ["Cat", "cat"] + [f"thing {i}" for i in range(20)]})
    )
    assert found["caption"].endswith("sleeps.")
    assert len(found["caption"]) <= 400
    assert found["objects"] == "Cat, thing 0, thing 1, thing 2, thing 3, thing 4, thing 5, thing 6"


def test_what_is_no_text_is_nothing_said() -> None:
    assert fields('{"caption": "A cat.", "people": false, "objects": {"cat": 1}, "colours": true, "mood": 3}') == {
        "caption": "A cat.",
        "mood": "3",
    }


def test_an_answer_that_is_no_json_is_asked_for_once_more() -> None:
    told, ask = asking("A cat.", ANSWER)
    (found,) = look(["picture"], ask)
    assert not isinstance(found, ModelFailed)
    assert found[0].text == TOLD
    assert [turn.text for turn in told[1]] == [caption_prompt(), "A cat.", caption_repair()]


def test_what_is_no_json_then_either_is_a_plain_caption() -> None:
    told, ask = asking("A cat on a mat.", "I am sorry.")
    assert look(["picture"], ask) == [perceived("A cat on a mat.")]
    assert len(told) == 2
    assert look(["picture"], asking("", "")[1]) == [()]


def test_only_the_pictures_without_json_are_asked_about_again() -> None:
    failed = ModelFailed("no memory")
    told, ask = asking(ANSWER, "no", failed, ANSWER)
    first, second, third = look(["a", "b", "c"], ask)
    assert first == second == perceived(ANSWER)
    assert third is failed
    assert len(told) == 4


def test_nothing_is_asked_where_there_is_nothing_to_see() -> None:
    told, ask = asking()
    assert look([], ask) == []
    assert told == []


# transformers


@pytest.fixture(scope="module")
def tiny() -> Path:
    return tiny_idefics3(Settings().cache)


@pytest.fixture
def drawn(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.png" for number in range(len(dozen()))]
    for path, (picture, _) in zip(paths, dozen(), strict=True):
        picture.save(path)
    return paths


@pytest.mark.parametrize("tiles", [False, True])
def test_a_model_says_of_each_picture_of_a_batch_what_is_to_be_said(tiny: Path, drawn: list[Path], tiles: bool) -> None:
    captioner = TransformersCaptioner(lambda: tiny, name="tiny", batch=5, tiles=tiles, threads=1)
    found = captioner.perceive_batch(drawn)
    right = [answer["caption"] for _, answer in dozen()]
    assert [one[0].text for one in found if isinstance(one, tuple)] == right
    assert isinstance(captioner, BatchPerceiver)


def test_all_fields_of_the_answer_arrive(tiny: Path, drawn: list[Path]) -> None:
    captioner = TransformersCaptioner(lambda: tiny, name="tiny", threads=1)
    assert captioner.perceive(drawn[0]) == captioner.caption(drawn[0]) == perceived(ANSWER)


def test_a_broken_picture_loses_nothing_of_the_others(tiny: Path, drawn: list[Path]) -> None:
    drawn[1].write_bytes(drawn[1].read_bytes()[:40])
    captioner = TransformersCaptioner(lambda: tiny, name="tiny", batch=3, threads=1)
    first, second, third = captioner.perceive_batch(drawn[:3])
    assert isinstance(second, UnreadableMedia)
    assert [one[0].text for one in (first, third) if isinstance(one, tuple)] == [
        TOLD,
        "A red triangle on a white ground.",
    ]
    with pytest.raises(UnreadableMedia, match=r"1\.png"):
        captioner.caption(drawn[1])


def test_a_batch_that_does_not_fit_is_halved(tiny: Path, drawn: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    captioner = TransformersCaptioner(lambda: tiny, name="tiny", batch=4, threads=1)
    captioner.caption(drawn[0])
    chat, sizes = captioner._chat, []
    generate = chat._generate if chat else None

    def narrow(pictures: Sequence[Any], talks: Any) -> list[str]:
        sizes.append(len(pictures))
        if len(pictures) > 1:
            raise RuntimeError("out of memory")
        return list(generate(pictures, talks)) if generate else []

    monkeypatch.setattr(chat, "_generate", narrow)
    found = captioner.perceive_batch(drawn[:4])
    assert [one[0].text for one in found if isinstance(one, tuple)] == [answer["caption"] for _, answer in dozen()[:4]]
    assert sizes == [4, 2, 1, 1, 2, 1, 1]


def test_a_folder_without_a_model_is_said(tmp_path: Path, drawn: list[Path]) -> None:
    with pytest.raises(ModelUnavailable, match=r"config\.json"):
        TransformersCaptioner(lambda: tmp_path, name="none").caption(drawn[0])


def make_llava(folder: Path) -> None:
    """A tiny LLaVA that has learnt nothing."""
    from transformers import LlavaConfig, LlavaForConditionalGeneration, LlavaProcessor
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    tokenizer = make_tokenizer()
    size = {"height": 32, "width": 32}
    processor = LlavaProcessor(
        image_processor=CLIPImageProcessorPil(size=size, crop_size=size),
        tokenizer=tokenizer,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    )
    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = LlavaConfig(
        vision_config={"model_type": "clip_vision_model", "image_size": 32, "patch_size": 8, **small},
        text_config={"model_type": "llama", "vocab_size": len(tokenizer), **small, "num_key_value_heads": 2},
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        vision_feature_layer=-1,
    )
    LlavaForConditionalGeneration(config).save_pretrained(folder)
    processor.save_pretrained(folder)


def test_a_llava_goes_through_the_same_code(tmp_path: Path, drawn: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.perception.transformers_captioner.MAX_TOKENS", 6)
    make_llava(tmp_path / "llava")
    captioner = TransformersCaptioner(lambda: tmp_path / "llava", name="llava", batch=3, threads=1)
    assert [type(one) for one in captioner.perceive_batch(drawn[:3])] == [tuple] * 3


def test_a_processor_that_needs_torchvision_says_so_in_one_sentence(tmp_path: Path) -> None:
    if importlib.util.find_spec("torchvision") is not None:
        pytest.skip("torchvision is installed: Qwen-VL's processor works")
    from tokenizers import Tokenizer, models

    Tokenizer(models.BPE()).save(str(tmp_path / "tokenizer.json"))
    for name, told in {
        "config": {"model_type": "qwen2_vl"},
        "tokenizer_config": {"tokenizer_class": "PreTrainedTokenizerFast"},
        "preprocessor_config": {
            "processor_class": "Qwen2VLProcessor",
            "image_processor_type": "Qwen2VLImageProcessor",
        },
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(MissingExtra, match=r"torchvision, which .* is not installed\. Install it with: [^\n]*$"):
        load_processor(tmp_path)


def test_another_prompt_or_model_is_another_maker(monkeypatch: pytest.MonkeyPatch) -> None:
    one = TransformersCaptioner(Path, name="a:1").made_by
    assert one != TransformersCaptioner(Path, name="a:2").made_by
    monkeypatch.setattr("retrieval.perception.seen_answer.caption_prompt", lambda: "What is this?")
    assert one != TransformersCaptioner(Path, name="a:1").made_by


@pytest.mark.weights
def test_a_real_model_says_what_people_say(data_folder: Path) -> None:
    weights = Path(os.environ.get("VOUCH_TEST_WEIGHTS") or Settings().weights_folder)
    places = [pulled_folder(name, weights) for name, model in HUB_MODELS.items() if model.part == "pictures"]
    folder = next((place for place in places if (place / "config.json").is_file()), None)
    if folder is None:
        pytest.skip(f"no real vision-language model is in {weights}: vouch pull smolvlm-500m-instruct")
    lines = (data_folder / "photos" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()[:6]
    photos = [json.loads(line) for line in lines]
    captioner = TransformersCaptioner(lambda: folder, name="real")
    found = captioner.perceive_batch([data_folder / "photos" / photo["path"] for photo in photos])
    shared = 0
    for one, photo in zip(found, photos, strict=True):
        assert isinstance(one, tuple)
        said = {word for p in one for word in p.text.lower().split() if len(word) > 3}
        shared += bool(said & {word for text in photo["captions"] for word in text.lower().split()})
    assert shared == len(photos)


# servers


def test_a_server_is_sent_the_picture_the_question_and_the_form_of_the_answer(drawn: list[Path]) -> None:
    with server((200, ANSWER)) as (url, bodies):
        captioner = OpenAiCaptioner(url, "some-model")
        assert captioner.perceive(drawn[0]) == perceived(ANSWER)
    (body,) = bodies
    picture, question = body["messages"][0]["content"]
    sent = Image.open(io.BytesIO(base64.b64decode(picture["image_url"]["url"].split(",")[1])))
    assert sent.size == dozen()[0][0].size
    assert (body["model"], question["text"]) == ("some-model", caption_prompt())
    assert set(body["response_format"]["json_schema"]["schema"]["properties"]) >= {"caption", "objects", "visible_text"}
    assert isinstance(captioner, BatchPerceiver)


def test_a_server_that_cannot_constrain_is_asked_plainly_from_then_on(drawn: list[Path]) -> None:
    with server((400, ""), (200, ANSWER)) as (url, bodies):
        captioner = OpenAiCaptioner(url, "m", batch=1)
        assert captioner.perceive_batch(drawn[:2]) == [perceived(ANSWER)] * 2
    assert ["response_format" in body for body in bodies] == [True, False, False]


def test_a_server_that_fails_on_one_picture_loses_only_that_one(drawn: list[Path]) -> None:
    with server((500, ""), (200, ANSWER)) as (url, _):
        first, second = OpenAiCaptioner(url, "m", batch=1).perceive_batch(drawn[:2])
    assert isinstance(first, ModelFailed)
    assert second == perceived(ANSWER)


def test_the_repair_goes_to_the_server_as_a_talk(drawn: list[Path]) -> None:
    with server((200, "A ball."), (200, ANSWER)) as (url, bodies):
        assert OpenAiCaptioner(url, "m").caption(drawn[0]) == perceived(ANSWER)
    assert [message["role"] for message in bodies[1]["messages"]] == ["user", "assistant", "user"]
    assert bodies[1]["messages"][1]["content"] == "A ball."


def test_a_server_that_is_not_there_or_wants_a_key_is_one_sentence(drawn: list[Path]) -> None:
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        OpenAiCaptioner("http://127.0.0.1:9/v1", "m").caption(drawn[0])
    with server((200, ANSWER), key="secret") as (url, _):
        assert OpenAiCaptioner(url, "m", key="secret").caption(drawn[0]) == perceived(ANSWER)
        with pytest.raises(ModelUnavailable, match="VOUCH_CAPTIONER_KEY"):
            OpenAiCaptioner(url, "m", key="wrong").caption(drawn[0])


@pytest.mark.parametrize("status", [403, 404])
def test_a_server_that_refuses_the_model_is_asked_about_no_other_picture(drawn: list[Path], status: int) -> None:
    with (
        server((status, "")) as (url, bodies),
        pytest.raises(ModelUnavailable, match=f"answers {status} for the model m"),
    ):
        OpenAiCaptioner(url, "m", batch=1).perceive_batch(drawn[:2])
    assert {body["messages"][0]["content"][0]["image_url"]["url"] for body in bodies} == {data_address(dozen()[0][0])}


# llama.cpp


def test_without_its_vision_part_the_line_that_builds_it_is_said(
    monkeypatch: pytest.MonkeyPatch, drawn: list[Path], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "llama_cpp.mtmd_cpp", None)
    with pytest.raises(MissingExtra, match=r"vision part.*make llm-library"):
        LlamaCppCaptioner(tmp_path / "model.gguf", name="m").caption(drawn[0])


def test_the_eyes_lie_beside_the_model(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="mmproj"):
        mmproj(tmp_path / "model.gguf")
    for name in ("model.gguf", "model-mmproj-f16.gguf"):
        (tmp_path / name).write_bytes(b"")
    assert mmproj(tmp_path / "model.gguf").name == "model-mmproj-f16.gguf"


def test_what_llama_cpp_answers_is_read_and_its_failure_is_the_pictures(
    monkeypatch: pytest.MonkeyPatch, drawn: list[Path], tmp_path: Path
) -> None:
    pytest.importorskip("llama_cpp", reason="llama-cpp-python is not built: make llm")
    asked: list[dict[str, Any]] = []

    class Scripted:
        def create_chat_completion(self, **given: Any) -> dict[str, Any]:
            asked.append(given)
            if len(asked) > 1:
                raise ValueError("Prompt exceeds n_ctx")
            return {"choices": [{"message": {"content": ANSWER.removeprefix(OPENING)}}]}

    monkeypatch.setattr(llama_cpp_captioner, "load", lambda gguf, threads: Scripted())
    first, second = LlamaCppCaptioner(tmp_path / "m.gguf", name="m").perceive_batch(drawn[:2])
    assert first == perceived(ANSWER)
    assert isinstance(second, ModelFailed)
    assert asked[0]["messages"][0]["content"][0]["image_url"]["url"].startswith("data:image/jpeg;base64,")


@pytest.fixture
def tiny_gguf(tiny: Path, tmp_path: Path) -> Path:
    """The tiny model as llama.cpp takes it."""
    try:
        importlib.import_module("llama_cpp.mtmd_cpp")
    except (ImportError, OSError, RuntimeError) as missing:
        pytest.skip(f"llama-cpp-python is not built, or without its vision part ({missing}): make llm-library")
    return as_gguf(tiny, tmp_path / "gguf")


def test_llama_cpp_says_of_each_picture_what_transformers_says(
    tiny_gguf: Path, drawn: list[Path], capfd: pytest.CaptureFixture[str]
) -> None:
    captioner = LlamaCppCaptioner(tiny_gguf, name="tiny", threads=1)
    assert captioner.perceive_batch(drawn) == [perceived(json.dumps(answer)) for _, answer in dozen()]
    assert isinstance(captioner, BatchPerceiver)
    assert "encod" not in capfd.readouterr().err  # the library tells of each tile unless it is silenced


def test_what_a_model_has_read_is_no_mark_of_a_picture_when_it_is_asked_again(
    tiny_gguf: Path, drawn: list[Path]
) -> None:
    talk = (Turn(role="user", text=caption_prompt()), Turn(role="assistant", text="<__media__> <image>"))
    captioner = LlamaCppCaptioner(tiny_gguf, name="tiny", threads=1)
    captioner.caption(drawn[0])
    read = captioner._model.n_tokens
    (said,) = captioner._ask([data_address(dozen()[0][0])], [(*talk, Turn(role="user", text=caption_repair()))])
    assert isinstance(said, str)
    assert captioner._model.n_tokens > read + 40  # the question, the answer and the second question are all read


def test_a_file_that_is_no_models_eyes_is_one_sentence(tiny_gguf: Path, drawn: list[Path]) -> None:
    eyes = mmproj(tiny_gguf)
    eyes.write_bytes(eyes.read_bytes()[:30_000])
    with pytest.raises(ModelUnavailable, match="mmproj"):
        LlamaCppCaptioner(tiny_gguf, name="tiny", threads=1).caption(drawn[0])


def test_under_the_grammar_even_a_model_of_stories_answers_in_json(data_folder: Path) -> None:
    llama_cpp = pytest.importorskip("llama_cpp", reason="llama-cpp-python is not built: make llm")
    tale = data_folder / "models" / "stories260K-f32.gguf"
    model = llama_cpp.Llama(model_path=str(tale), n_ctx=2048, n_threads=1, verbose=False)
    grammar = llama_cpp.LlamaGrammar.from_string(caption_grammar(), verbose=False)
    answer = model(f"A picture: {OPENING}", grammar=grammar, max_tokens=1900, temperature=0.0)["choices"][0]
    model.close()
    assert answer["finish_reason"] == "stop"
    assert list(json.loads(OPENING + answer["text"])) == [
        *("caption", "objects", "setting", "people", "mood", "colours", "visible_text")
    ]
