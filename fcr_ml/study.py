"""The east wing in one object: from a casebook to findings.

Enters: a casebook, and what cleaning had to say. Leaves: every figure that the
page, the screen and the CSV files show. It reads the casebook and only that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from fcr_ml.drivers.repeats import study_repeats
from fcr_ml.drivers.thinning import MOST_DRIVERS
from fcr_ml.frames.casebook import Casebook
from fcr_ml.frames.window import READINGS
from fcr_ml.measures.curve import window_curve
from fcr_ml.measures.definitions import reconcile_definitions
from fcr_ml.measures.fcr import gross_and_net, measure_fcr
from fcr_ml.measures.note_map import placed_notes
from fcr_ml.measures.parity import language_parity
from fcr_ml.measures.silence import correct_for_silence
from fcr_ml.reports.explain import example_explanations
from fcr_ml.reports.findings import GROUP_MEASURE, LIST_MEASURE, Findings
from fcr_ml.risk.evaluate import Evaluation
from fcr_ml.risk.nightly import study_night
from fcr_ml.risk.plan import FlagPlan
from fcr_ml.risk.queues import unknown_queues
from fcr_ml.stages import stage

VERDICTS = ("double_post", "same_issue", "next_issue", "unrelated")


def study_casebook(
    casebook: Casebook,
    title: str,
    drivers: Mapping[str, Any],
    risk: Mapping[str, Any],
    set_aside: pd.DataFrame,
    remarks: Sequence[str],
    flags: FlagPlan | None = None,
) -> Findings:
    """Measure, rank and flag.

    Parameters
    ----------
    casebook : Casebook
        As the west wing wrote it.
    title : str
        What the log is called on the page.
    drivers, risk : mapping
        Keyword arguments of ``rank_drivers`` and ``study_risk``.
    set_aside : pandas.DataFrame
        ``contact_id source_row reason detail``, from cleaning.
    remarks : sequence of str
        What cleaning did, in words.
    flags : FlagPlan, optional
        Costs, capacities and hours of the desk's list.

    Returns
    -------
    Findings
    """
    contacts = casebook.table("contacts", ["contact_id", "customer_id", "started_at"])
    with stage("measures", len(contacts)) as running:
        fcr = measure_fcr(casebook)
        curve = pd.concat(window_curve(casebook, reading) for reading in READINGS)
        definitions = reconcile_definitions(casebook)
        running.rows_out = len(fcr)
    repeats = _repeats(casebook, len(contacts), drivers)
    with stage("risk", len(contacts)) as running:
        known = (repeats["drivers"], repeats["transitions"])
        plan = flags or FlagPlan()
        studied = study_night(casebook, risk, plan, *known)
        running.rows_out = len(studied.flags)
    return Findings(
        title=title,
        as_of=casebook.as_of,
        reading=casebook.settings["reading"],
        window=casebook.settings["window"],
        contacts=len(contacts),
        customers=contacts["customer_id"].nunique(),
        set_aside=_counted(set_aside),
        remarks=[*remarks, *_casebook_remarks(casebook), *unknown_queues(plan, casebook)],
        first_contact_at=contacts["started_at"].min(),
        last_contact_at=contacts["started_at"].max(),
        fcr=fcr,
        curve=curve.rename(columns={"repeat_rate_low": "low", "repeat_rate_high": "high"}),
        definitions=definitions,
        net=gross_and_net(casebook),
        silence=correct_for_silence(casebook),
        topics=_topics(casebook, fcr),
        share_without_topic=_share_without_topic(casebook),
        no_topic_rates=_no_topic_rates(casebook),
        verdicts=_verdicts(casebook),
        examples=example_explanations(casebook),
        risk=_risk_rows(studied.evaluation),
        calibration=_calibration(studied.evaluation),
        risk_remark=" ".join(studied.remarks),
        flags=studied.flags,
        open_contacts=len(studied.scores),
        drift=studied.drift,
        risk_watch=studied.watch,
        note_map=placed_notes(casebook),
        languages=language_parity(casebook),
        emerging=_emerging(casebook),
        **repeats,
    )


def _repeats(casebook: Casebook, contacts: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    with stage("repeats", contacts) as running:
        found, beside = study_repeats(casebook, contacts, **settings)
        running.rows_out = len(found.drivers)
    return {
        "drivers": found.drivers,
        "segments_looked_at": int(found.drivers.attrs.get("segments_looked_at", 0)),
        "more_drivers": len(found.drivers) == MOST_DRIVERS,
        "levers": found.levers,
        "contrasts": found.contrasts.table,
        "contrast_examples": found.contrasts.examples,
        "trend": beside.trend,
        "changes": beside.changes,
        "comparisons": beside.comparisons,
        "trade_offs": beside.trade_offs.table,
        "trade_groups": beside.trade_offs.groups,
        "effects": beside.effects,
        "transitions": beside.following.transitions,
        "avoidance": beside.following.avoidance,
        "pairs_looked_at": beside.following.pairs_looked_at,
        "later_weeks": beside.following.later_weeks,
    }


def _counted(set_aside: pd.DataFrame) -> pd.DataFrame:
    counts = set_aside["reason"].value_counts().rename_axis("reason").reset_index(name="rows")
    return counts.sort_values(["rows", "reason"], ascending=[False, True], ignore_index=True)


def _casebook_remarks(casebook: Casebook) -> list[str]:
    remarks = []
    contacts = casebook.table("contacts", ["ended_at"])
    not_ended = int(contacts["ended_at"].isna().sum())
    if casebook.settings["window_from"] == "start":
        remarks.append("Repeat windows begin when a contact starts.")
    elif not_ended:
        remarks.append(
            f"{not_ended:,} of {len(contacts):,} contacts have not ended; their window has not "
            "begun, so they count neither as repeated nor as resolved."
        )
    if _share_without_topic(casebook) is None:
        remarks.append(
            "The log has no notes: there are no topics, and links rest on time, customer, case "
            "id and reason code alone. 'related' and 'same issue' are weak readings then; the same "
            "code is the surer one."
        )
    if not casebook.settings.get("links", {}).get("is_learnt", True):
        remarks.append(
            "Links could not be learnt from a log so small or short, and rest on weights set by "
            "hand. Go by FCR by link probability: its interval contains that doubt."
        )
    return remarks


def _share_without_topic(casebook: Casebook) -> float | None:
    topics = casebook.table("topics", ["topic_id", "no_topic_reason"])
    if topics["no_topic_reason"].eq("no_note").all():
        return None
    return float(topics["topic_id"].isna().mean())


def _no_topic_rates(casebook: Casebook) -> dict[str, float]:
    reasons = casebook.table("topics", ["no_topic_reason"])["no_topic_reason"]
    counts = reasons.value_counts()
    return {str(reason): float(count) / len(reasons) for reason, count in counts.items()}


def _topics(casebook: Casebook, fcr: pd.DataFrame) -> pd.DataFrame:
    cards = casebook.table("topic_cards")
    themes = cards[cards["level"] == "theme"].set_index("topic_id")["topic"]
    cards = cards[cards["level"] == "topic"]
    cards = cards.assign(theme=cards["parent_topic_id"].map(themes))
    settings = casebook.settings
    rows = fcr[
        (fcr["group"] == "topic")
        & (fcr["reading"] == settings["reading"])
        & (fcr["window"] == settings["window"])
    ]
    rates = pd.DataFrame(
        {
            "topic": rows["value"],
            "closed_contacts": rows["closed_contacts"],
            "repeat_rate": 1 - rows["fcr_rate"],
            "low": 1 - rows["fcr_rate_high"],
            "high": 1 - rows["fcr_rate_low"],
        }
    )
    return cards.merge(rates, on="topic", how="left").fillna({"closed_contacts": 0})


def _emerging(casebook: Casebook) -> pd.DataFrame:
    has_looked = "emerging" in casebook.table_names
    return casebook.table("emerging") if has_looked else pd.DataFrame()


def _verdicts(casebook: Casebook) -> pd.DataFrame:
    """Count the pairs by verdict, and what their probabilities expect."""
    names = [f"{verdict}_probability" for verdict in VERDICTS[:3]]
    links = casebook.table("links", ["verdict", *names])
    counts = links["verdict"].value_counts().reindex(VERDICTS, fill_value=0)
    related = links[names].astype(float).sum().tolist()
    expected = [*related, len(links) - sum(related)]
    return pd.DataFrame(
        {"verdict": VERDICTS, "pairs": counts.to_numpy(), "expected_pairs": expected}
    )


def _risk_rows(evaluation: Evaluation | None) -> pd.DataFrame:
    columns = ["name", "measure", "value", "low", "high", "contacts"]
    if evaluation is None:
        return pd.DataFrame(columns=columns)
    figures = evaluation.figures[evaluation.figures["labels"] == "expected"]
    rows: list[tuple[object, ...]] = []
    for row in figures.to_dict("records"):
        name, contacts = row["scorer"], row["contacts"]
        rows += [
            (name, "AUC", row["auc"], row["auc_low"], row["auc_high"], contacts),
            (name, "average precision", row["average_precision"], None, None, contacts),
            (name, "Brier score", row["brier_score"], None, None, contacts),
            (name, "calibration error", row["calibration_error"], None, None, contacts),
        ]
        gain = (row["auc_gain"], row["auc_gain_low"], row["auc_gain_high"])
        rows.append((name, "AUC gained over the count of earlier contacts", *gain, contacts))
    for row in evaluation.groups.dropna(subset=["auc"]).to_dict("records"):
        measure = f"{GROUP_MEASURE}{row['group']}: {row['value']}"
        figure = (row["auc"], row["auc_low"], row["auc_high"])
        rows.append((evaluation.chosen, measure, *figure, row["contacts"]))
    for row in evaluation.capacities.to_dict("records"):
        measure = f"{LIST_MEASURE}{row['listed']:,} (worst and best tie)"
        all_repeats = row["repeats_caught"] / row["caught_rate"] if row["caught_rate"] else None
        ties = [
            row[name] / all_repeats if all_repeats else None
            for name in ("repeats_caught_low", "repeats_caught_high")
        ]
        rows.append((row["scorer"], measure, row["caught_rate"], *ties, row["listed"]))
    return pd.DataFrame(rows, columns=columns)


def _calibration(evaluation: Evaluation | None) -> pd.DataFrame:
    columns = {"mean_risk": "predicted", "repeat_rate": "observed", "contacts": "contacts"}
    if evaluation is None:
        return pd.DataFrame(columns=[*columns.values(), "low", "high"])
    return evaluation.calibration.rename(columns=columns)
