"""A language model of Bedrock, by the Converse API, which is one for all models."""

import contextlib
from collections.abc import AsyncIterator, Generator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, EventStreamError

from omnix.adapters.aws.calls import BUSY, Calls, code
from omnix.kit.errors import Invalid, OmnixError, Unavailable
from omnix.kit.threads import drawn
from omnix.ports import Ended, Heard, Prompt, Reply, Turn

_ENDS: Mapping[str, Ended] = {
    "end_turn": "said",
    "stop_sequence": "said",
    "tool_use": "calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "guardrail_intervened": "refused",
    "content_filtered": "refused",
    "malformed_tool_use": "malformed",
    "malformed_model_output": "malformed",
}


class AwsChat:
    """``model`` is the id of a model or of an inference profile; without one there is none."""

    def __init__(self, calls: Calls, model: str | None) -> None:
        self._calls = calls
        self._model = model

    @property
    def model(self) -> str | None:
        return self._model

    def stream(self, prompt: Prompt) -> AsyncIterator[str | Reply]:
        return drawn(self._talk(prompt))

    def _talk(self, prompt: Prompt) -> Generator[str | Reply]:
        if self._model is None:
            raise Unavailable("no language model is configured")
        heard = Heard()
        with _translated():
            answer = self._calls.now(
                "bedrock-runtime", "converse_stream", modelId=self._model, **_request(prompt)
            )
            with contextlib.closing(answer["stream"]) as stream:
                for event in stream:
                    piece = _take(heard, event)
                    if piece:
                        yield piece
        yield heard.reply()


@contextlib.contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except ClientError as error:
        raise _ours(error) from error
    except BotoCoreError as error:
        raise Unavailable(f"the language model cannot be reached: {error}") from error


def _ours(error: ClientError) -> OmnixError:
    # An error in mid-stream is named as the shape, in lower case.
    kind = code(error)
    broken = isinstance(error, EventStreamError)
    if kind.lower() == "validationexception" and kind not in BUSY:
        return Invalid(f"the language model refuses this: {error}")
    return Unavailable(f"the language model {'broke off' if broken else 'cannot be used'}: {kind}")


def _request(prompt: Prompt) -> dict[str, Any]:
    made: dict[str, Any] = {
        "messages": [_message(turn) for turn in prompt.turns],
        "inferenceConfig": {"maxTokens": prompt.max_tokens, "temperature": prompt.temperature},
    }
    if prompt.system:
        made["system"] = [{"text": prompt.system}]
    if prompt.tools:
        specs = [
            {
                "name": tool.name,
                "description": tool.description,
                "inputSchema": {"json": dict(tool.parameters)},
            }
            for tool in prompt.tools
        ]
        made["toolConfig"] = {"tools": [{"toolSpec": spec} for spec in specs]}
    return made


def _message(turn: Turn) -> dict[str, Any]:
    content: list[dict[str, Any]] = [
        {"toolResult": {"toolUseId": result.id, "content": [{"text": result.text}]}}
        for result in turn.results
    ]
    # An empty text is refused.
    content += [{"text": turn.text}] if turn.text else []
    content += [
        {"toolUse": {"toolUseId": call.id, "name": call.name, "input": dict(call.arguments)}}
        for call in turn.calls
    ]
    return {"role": "user" if turn.role == "user" else "assistant", "content": content}


def _take(heard: Heard, event: Mapping[str, Any]) -> str:
    """The text that ``event`` adds; blocks are numbered."""
    ((kind, part),) = event.items()
    if kind == "contentBlockStart" and "toolUse" in part["start"]:
        use = part["start"]["toolUse"]
        heard.call(part["contentBlockIndex"], use["toolUseId"], use["name"])
    elif kind == "contentBlockDelta":
        delta = part["delta"]
        if "toolUse" in delta:
            heard.call(part["contentBlockIndex"], arguments=delta["toolUse"]["input"])
        text: str = delta.get("text", "")
        heard.text(text)
        return text
    elif kind == "messageStop":
        heard.ended = _ENDS.get(part["stopReason"], "said")
    elif kind == "metadata":
        usage = part["usage"]
        heard.tokens = (usage["inputTokens"], usage["outputTokens"])
    return ""
