"""What must hold after every fault: nothing is lost or there twice, and the report is right."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from tests.faults.world import World
from tests.system.clerks import State, Versions, expected_figures, plain
from tests.system.recount import Book, assert_tallies_equal_a_recount

_VIET_NAM = timezone(timedelta(hours=7))
_PERIOD = (date(2023, 1, 1), date(2024, 12, 31))


@dataclass(frozen=True, slots=True)
class _Told:
    """A case as the topics tell of it."""

    versions: Versions


async def assert_all_is_right(world: World) -> Book:
    """Judge everything that was ever told, and the report of the units of this fault."""
    book = await assert_tallies_equal_a_recount(world.wardbook)
    _assert_what_was_answered_is_on_the_topics(book, world)
    told = {story.id for story in world.stories} | world.subjects
    assert book.subjects.keys() - told == set(), "subjects on the topics that nobody told of"
    cases = [_Told([(on, _as_clerks_do(state)) for on, state in book.states(s)]) for s in told]
    today = datetime.now(_VIET_NAM).date()
    for unit in world.units:
        figures = await world.wardbook.figures(unit, *_PERIOD, today)
        wanted = expected_figures(cases, unit, *_PERIOD, today)
        differ = {key: (wanted[key], figures[key]) for key in wanted if wanted[key] != figures[key]}
        assert differ == {}, "what was counted, what the report says"
    return book


def _assert_what_was_answered_is_on_the_topics(book: Book, world: World) -> None:
    """Each answered command is one version, with what was answered, behind the one before it."""
    for story in world.stories:
        numbers = list(range(1, len(story.versions) + 1))
        published = sorted(book.subjects.get(story.id, ()))
        assert published == numbers, f"versions of {story.id}: on the topics, answered"
        told = [state for _, state in book.states(story.id)]
        for said, (_, state) in zip(told, story.versions, strict=True):
            answered = _without_nothing(plain(state))
            assert answered == {key: said[key] for key in answered if key in said}
        first = [min(book.places[story.id, number] - world.by_hand) for number in numbers]
        assert len({place[:2] for place in first}) == 1, "a case is on one partition"
        assert first == sorted(first), f"the steps of {story.id} were published out of order"
        times = [_recorded_at(book.subjects[story.id][number]) for number in numbers]
        assert times == sorted(set(times)), f"a step of {story.id} was recorded before another"


def _recorded_at(event: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(event["recordedtime"])


def _without_nothing(value: Any) -> Any:
    """Return JSON without its nulls, which events leave out."""
    if isinstance(value, dict):
        return {key: _without_nothing(one) for key, one in value.items() if one is not None}
    return [_without_nothing(one) for one in value] if isinstance(value, list) else value


def _as_clerks_do(state: Mapping[str, Any]) -> State:
    """Return a state of the topics with days as days, and with every field of a case."""
    days = {k: date.fromisoformat(v) for k, v in state.items() if k.endswith("_on")}
    return {"status": None, "closed_on": None, "outcome": None, "unit": "", **state, **days}
