"""How many times faster the fold is than each baseline of the same call."""

from deploy.bench.result import Section


def ratios(fold: Section, baselines: Section) -> Section:
    """Divide the medians of events a second."""
    section = Section("Events a second of the fold, divided by those of each baseline of its call.")
    for baseline in baselines.values:
        slower = baselines.median(baseline, "events_per_s")
        for workers in fold.values:
            times = fold.median(workers, "events_per_s") / slower
            section.add(baseline, **{f"{workers} (times)": times})
    return section
