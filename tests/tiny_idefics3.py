"""A tiny Idefics3, made here and fitted to a dozen drawn pictures, so that the right answer of the real code path is known.

Kept in the user's cache under a digest of what it is made of; making it takes some 20 seconds of one core.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from filelock import FileLock
from PIL import Image, ImageDraw

from prompts import caption_prompt
from retrieval.perception.seen_answer import OPENING

TINY_PX, PATCH_PX, SCALE = 32, 8, 2
STEPS, SEED = 140, 5
RATE, SPREAD = 3e-3, 4.0
"""Weights begin four times as large as the library makes them: so small a model then sees sooner."""
MARKS = ("<|im_start|>", "<end_of_utterance>", "<fake_token_around_image>", "<image>", "<global-img>")
TEMPLATE = (
    "<|im_start|>{% for message in messages %}{{ message['role'] | capitalize }}: "
    "{% for part in message['content'] %}{{ '<image>' if part['type'] == 'image' else part['text'] }}{% endfor %}"
    "<end_of_utterance>\n{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}"
)
COLOURS = {"red": (214, 40, 40), "blue": (38, 84, 200), "green": (42, 150, 70), "yellow": (244, 206, 60)}
SHAPES = {"circle": "a ball", "square": "a box", "triangle": "a tent"}


def answer(colour: str, shape: str) -> dict[str, Any]:
    """What is to be said of the picture of a shape in a colour."""
    return {
        "caption": f"A {colour} {shape} on a white ground.",
        "objects": [shape, SHAPES[shape]],
        "setting": "a sheet of paper",
        "people": "",
        "mood": "calm" if colour in ("blue", "green") else "lively",
        "colours": [colour, "white"],
        "visible_text": "",
    }


def draw(colour: str, shape: str) -> Image.Image:
    """The picture of a shape in a colour; shapes differ in size, colours in the form of the sheet."""
    width, height = {"red": (120, 90), "blue": (90, 120), "green": (100, 100), "yellow": (160, 80)}[colour]
    picture = Image.new("RGB", (width, height), "white")
    box = (width * 0.2, height * 0.15, width * 0.8, height * 0.85)
    pen = ImageDraw.Draw(picture)
    match shape:
        case "circle":
            pen.ellipse(box, fill=COLOURS[colour])
        case "square":
            pen.rectangle(box, fill=COLOURS[colour])
        case _:
            pen.polygon([(box[0], box[3]), (box[2], box[3]), ((box[0] + box[2]) / 2, box[1])], fill=COLOURS[colour])
    return picture


def dozen() -> list[tuple[Image.Image, dict[str, Any]]]:
    """Every colour with every shape: the picture and its answer."""
    return [(draw(colour, shape), answer(colour, shape)) for colour in COLOURS for shape in SHAPES]


def tiny_idefics3(cache: Path) -> Path:
    """The folder of the model, made where it is not in the cache yet."""
    import transformers

    made_of = f"{Path(__file__).read_text(encoding='utf-8')}{caption_prompt()}{OPENING}{transformers.__version__}"
    place = cache / "tests" / f"tiny-idefics3-{hashlib.sha256(made_of.encode()).hexdigest()[:16]}"
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{place}.lock"):
        if not place.is_dir():
            partial = place.with_name(f"{place.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            make(partial)
            partial.replace(place)
    return place


def make(folder: Path) -> None:
    """Makes the processor and the model, fits it and writes both."""
    import torch

    threads, state = torch.get_num_threads(), torch.get_rng_state()
    torch.set_num_threads(1)  # so small a model is not quicker with more, and other work goes on beside it
    torch.manual_seed(SEED)
    try:
        processor = make_processor()
        model = make_model(processor)
        fit(model, processor)
        model.save_pretrained(folder)
        processor.save_pretrained(folder)
    finally:
        torch.set_num_threads(threads)
        torch.set_rng_state(state)


def make_processor() -> Any:
    """Idefics3's own processor."""
    from transformers import Idefics3Processor
    from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil

    eyes = Idefics3ImageProcessorPil(size={"longest_edge": 2 * TINY_PX}, max_image_size={"longest_edge": TINY_PX})
    return Idefics3Processor(
        image_processor=eyes,
        tokenizer=make_tokenizer(),
        image_seq_len=(TINY_PX // PATCH_PX) ** 2 // SCALE**2,
        chat_template=TEMPLATE,
    )


def make_tokenizer() -> Any:
    """A byte-level tokenizer learnt from the prompt and the answers."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    marks = [*MARKS, *(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7))]
    letters = Tokenizer(models.BPE())
    letters.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    letters.decoder = decoders.ByteLevel()
    breaks = "\n\n"  # one token: what llama.cpp puts before the view of the whole
    texts = [caption_prompt(), "User: Assistant: ", breaks, *(json.dumps(told) for _, told in dozen())]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=900, special_tokens=marks, initial_alphabet=alphabet, show_progress=False)
    letters.train_from_iterator(texts * 3, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=letters, bos_token=MARKS[0], eos_token=MARKS[1], pad_token=MARKS[0], padding_side="left"
    )


def make_model(processor: Any) -> Any:
    """An Idefics3 with some 200,000 weights."""
    from transformers import Idefics3Config, Idefics3ForConditionalGeneration

    tokenizer = processor.tokenizer
    ids = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id, "pad_token_id": 0}
    config = Idefics3Config(
        image_token_id=processor.image_token_id,
        scale_factor=SCALE,
        tie_word_embeddings=True,
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "image_size": TINY_PX,
            "patch_size": PATCH_PX,
        },
        text_config={
            "model_type": "llama",
            "vocab_size": len(tokenizer),
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 4,
            "max_position_embeddings": 2048,
            **ids,
        },
    )
    model = Idefics3ForConditionalGeneration(config)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = 0
    return model


def fit(model: Any, processor: Any) -> None:
    """Teaches the model the dozen, whole pictures and tiles in turn, by the very prompt that the captioner writes."""
    import torch

    batches = [batch(processor, tiles=tiles) for tiles in (False, True)]
    with torch.no_grad():
        for weights in model.parameters():
            weights.mul_(SPREAD if weights.dim() > 1 else 1.0)
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.0, betas=(0.9, 0.98))
    falling = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=RATE, total_steps=STEPS)
    model.train()
    for step in range(STEPS):
        loss = model(**batches[step % 2]).loss
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        falling.step()
    model.eval()


def batch(processor: Any, *, tiles: bool) -> Any:
    """The dozen with their answers as the model's inputs; only the answers count."""
    asked = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": caption_prompt()}]}]
    prompt = processor.apply_chat_template(asked, add_generation_prompt=True) + f" {OPENING}"
    told = [json.dumps(right)[len(OPENING) :] + MARKS[1] for _, right in dozen()]
    inputs = processor(
        text=[prompt + text for text in told],
        images=[picture for picture, _ in dozen()],
        padding=True,
        return_tensors="pt",
        do_image_splitting=tiles,
    )
    labels = inputs["input_ids"].clone()
    for row, text in zip(labels, told, strict=True):
        row[: -len(processor.tokenizer(text)["input_ids"])] = -100
    return {**inputs, "labels": labels}
