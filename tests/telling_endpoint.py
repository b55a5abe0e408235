"""An endpoint that tells how likely its first words were, and a study that asks for decisions."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from small_confirm import make_confirm_workspace
from small_world import write

from toolkit.endpoints import Answer, Message, OnToken, Scripted, Settings, TokenChoice


class Telling:
    """Answers by script and tells how likely its first words were, when asked."""

    name, host = "scripted:telling", ""

    def __init__(self, first: Callable[[str], tuple[TokenChoice, ...]]) -> None:
        self.asked: list[Settings] = []
        self._says = Scripted("courteous")
        self._first = first

    async def reply(
        self,
        messages: Sequence[Message],
        *,
        settings: Settings | None = None,
        on_token: OnToken | None = None,
    ) -> Answer:
        asked = settings or Settings()
        self.asked.append(asked)
        answer = await self._says.reply(messages, settings=asked)
        if asked.top_logprobs is None:
            return answer
        return replace(answer, logprobs=self._first(messages[-1].content))

    async def close(self) -> None:
        """Nothing is held open."""


def with_decisions(
    root: Path, contrasts: Iterable[str], words: str = "[Yes, No]", *, replicates: int = 1
) -> Path:
    """Write the small confirm workspace, some of its contrasts with answers to choose from."""
    make_confirm_workspace(root, replicates=replicates)
    for name in contrasts:
        path = root / "personas" / "contrasts" / f"{name}.yaml"
        text = path.read_text("utf-8").replace("prompt:", f"decision: {words}\nprompt:", 1)
        write(root, "contrasts", name, text)
    return root
