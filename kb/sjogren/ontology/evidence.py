"""Trial results that speak for or against an endpoint, and whose results speak to which profile, as plain nouns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sjogren.model.vocabulary import TrialFinding
from sjogren.ontology.graph import SJD, SKOS, Asker, local

WAYS = ("supports", "contradicts")
"""What a result can be to an endpoint of the same outcome."""


def trial_findings(asker: Asker, endpoints: Sequence[str]) -> Iterator[TrialFinding]:
    """Every result with an endpoint whose verdict counts, in the order of its file.

    endpoints
        the IRIs of the endpoints that exist.
    """
    verdicts, trials, cohorts = (asker.subjects(SJD + kind) for kind in ("Verdict", "Trial", "TrialCohort"))
    kinds = _kinds(asker)
    for iri in asker.subjects(SJD + "TrialResult"):
        verdict = asker.text(iri, SJD + "verdict", needed=True)
        cohort = asker.text(iri, SJD + "trialCohort", needed=True)
        asker.reference(iri, SJD + "verdict", verdict, verdicts)
        asker.reference(iri, SJD + "trialCohort", cohort, cohorts)
        named = [asker.reference(iri, SJD + "endpoint", each, endpoints) for each in asker.texts(iri, SJD + "endpoint")]
        counts = asker.chosen(verdict, SJD + "countsAs", WAYS)
        if not counts or not named:
            continue
        from_trials = asker.texts(iri, SJD + "trial")
        for each in from_trials:
            asker.reference(iri, SJD + "trial", each, trials)
        kind = asker.text(cohort, SJD + "cohortKind", needed=True)
        yield TrialFinding(
            local(iri),
            " and ".join(asker.text(each, SKOS + "prefLabel", needed=True) for each in from_trials),
            asker.number(asker.iri(iri), SJD + "timepointWeeks", iri),
            kinds.get(kind, ()),
            tuple(named),
            counts,
            asker.text(verdict, SKOS + "prefLabel", needed=True),
            asker.text(iri, SJD + "contrast", needed=True),
            asker.text(iri, SJD + "measured", needed=True),
            asker.text(iri, SJD + "effect", needed=True),
            asker.text(iri, SJD + "role", needed=True),
            asker.text(iri, SJD + "verification", needed=True),
        )


def scopes(asker: Asker) -> dict[str, tuple[str, ...]]:
    """The kinds of cohort whose results speak to a profile, by profile."""
    kinds = asker.subjects(SJD + "CohortKind")
    return {
        asker.text(iri, SJD + "profile", needed=True): tuple(
            asker.reference(iri, SJD + "resultsFrom", each, kinds) for each in asker.texts(iri, SJD + "resultsFrom")
        )
        for iri in asker.subjects(SJD + "EvidenceScope")
    }


def _kinds(asker: Asker) -> Mapping[str, tuple[str, ...]]:
    """Each kind of cohort by its IRI, with all that are wider, itself included."""
    found = {}
    for iri in asker.subjects(SJD + "CohortKind"):
        wider = [iri]
        for each in wider:
            wider += [parent for parent in asker.texts(each, SKOS + "broader") if parent not in wider]
        found[iri] = tuple(local(each) for each in wider)
    return found
