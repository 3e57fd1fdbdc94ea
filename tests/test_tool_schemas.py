"""What a chat model sees of the tools: names, descriptions and schemas, held by a golden file.

Made anew with: python -m tests.test_tool_schemas
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from langchain_core.utils.function_calling import convert_to_openai_tool

from agent.graph import build_tools
from retrieval.recommender import Recommender
from tests.stand_ins_agent import shop
from tests.stand_ins_recommender import ListStore
from tools.toolbox import Toolbox

GOLDEN = Path(__file__).parent / "golden" / "tools.json"


def schemas() -> list[dict[str, Any]]:
    toolbox = Toolbox(recommender=Recommender(catalogue=shop(), store=ListStore()))
    return [convert_to_openai_tool(tool) for tool in build_tools(toolbox)]


def test_the_schemas_are_those_of_the_golden_file() -> None:
    assert schemas() == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_every_tool_says_what_it_does() -> None:
    assert all(len(schema["function"]["description"]) > 20 for schema in schemas())


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(schemas(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
