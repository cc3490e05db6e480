"""The versions of a unit's cases, from the facts: the SQL that several questions begin with."""

VERSIONS_OF_UNIT = """
own AS (
    SELECT id FROM units WHERE unit = $1
), versions AS (
    SELECT facts.*, max(recorded_on) OVER (PARTITION BY subject ORDER BY sequence) AS holds_from
      FROM facts WHERE subject IN (
           SELECT subject FROM facts JOIN own ON facts.units @> ARRAY[own.id])
)
"""
"""All versions of every subject that ever counted for the unit `$1`; `own` is its number.

A version holds from its recording day on, and no earlier than the one before it.
"""
