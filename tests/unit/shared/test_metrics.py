"""Metrics: all are told of, each once, and labels have bounds."""

from prometheus_client import REGISTRY

from shared.metrics import DEAD_LETTER_REASONS, DOCUMENT, document, names


def test_the_list_of_metrics_is_written_anew_after_a_change() -> None:
    """`make schemas` does it."""
    assert DOCUMENT.read_text(encoding="utf-8") == document()


def test_every_metric_of_the_process_is_in_the_list() -> None:
    ours = [one for one in REGISTRY.collect() if one.name.startswith("wardbook_")]
    told = {one.name + ("_total" if one.type == "counter" else "") for one in ours}
    assert told == set(names())


def test_faults_are_counted_from_nought() -> None:
    for reason in DEAD_LETTER_REASONS:
        assert (
            REGISTRY.get_sample_value("wardbook_dead_letters_total", {"reason": reason}) is not None
        )
