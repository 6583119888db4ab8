"""Review of links: draw pairs to judge, and compare links with what was judged.

Enters: a casebook and judged files. Leaves: a list of pairs for people to judge, or how
well the links agree with the judges and the judges with each other. One of the rooms
that know both wings: links draw and check, measures compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from fcr_ml.contacts.read import read_log
from fcr_ml.errors import DataError, SettingsError, UsageError
from fcr_ml.frames import Casebook
from fcr_ml.frames.storage import write_csv
from fcr_ml.links.judged import JudgedPairs, check_judged
from fcr_ml.links.review import PAIR, draw_pairs
from fcr_ml.measures.agreement import RELATED, VERDICTS, link_agreement
from fcr_ml.measures.intervals import bootstrap_interval, customer_interval
from fcr_ml.reports.judged import render_draw, render_review

BANDS = (0.0, 0.05, 0.25, 0.75, 0.95, 1.0)
"""Link probabilities in five bands: as sure as the draw parts them."""

FIGURES = (
    "related_rate",
    "related_precision",
    "related_recall",
    "related_auc",
    "related_average_precision",
    "same_issue_auc",
    "same_issue_average_precision",
    "verdict_accuracy",
)
"""Of those that ``link_agreement`` gives, the ones that are told, in their order."""

DRAWN_COLUMNS = [
    *PAIR,
    "hours_between",
    "hours_since_end",
    "is_same_case",
    "link_probability",
    "verdict",
]
LINK_COLUMNS = [*PAIR, "link_probability", "same_issue_probability", "verdict"]


@dataclass(frozen=True, eq=False)
class Review:
    """How links and judges agree.

    Parameters
    ----------
    judged : JudgedPairs
        What was read, and the rows that were set aside.
    agreement : pandas.DataFrame
        ``judge, figure, value, low, high, pairs``: links against each judge, or
        against all at once where no two judged the same pair.
    calibration : pandas.DataFrame
        ``judge, low_probability, high_probability, pairs, predicted, related_rate,
        low, high``.
    between : pandas.DataFrame
        ``first, second, question, pairs, agreed_rate, kappa, low, high``: two judges
        on the pairs that both judged.
    """

    judged: JudgedPairs
    agreement: pd.DataFrame
    calibration: pd.DataFrame
    between: pd.DataFrame


def review_links(
    results: Path,
    out: Path | None = None,
    count: int = 60,
    judged: Sequence[Path] = (),
    random_state: int = 0,
    width: int = 100,
    colour: bool = False,
) -> str:
    """Draw pairs of a results folder to judge, or compare its links, and tell it as text.

    Parameters
    ----------
    results : pathlib.Path
        Holds the folder ``casebook``.
    out : pathlib.Path, optional
        Where drawn pairs go; without it links are compared with ``judged``.
    count, random_state : int
        As in :func:`draw_for_review`.
    judged : sequence of pathlib.Path
        One file a judge; not drawn again.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.

    Raises
    ------
    UsageError
        When neither is asked for.
    """
    if out is None and not judged:
        raise UsageError("review: give --out to draw pairs to judge, or --judged to compare.")
    casebook = Casebook.open(Path(results) / "casebook")
    if out is None:
        read = read_judged(judged, casebook)
        return render_review(compare_with_judged(casebook, read, random_state), width, colour)
    done = read_judged(judged, casebook) if judged else None
    drawn = draw_for_review(casebook, out, count, done, random_state)
    return render_draw(drawn, out, done, width)


def draw_for_review(
    casebook: Casebook,
    out: Path,
    count: int = 60,
    judged: JudgedPairs | None = None,
    random_state: int = 0,
) -> pd.DataFrame:
    """Write the pairs to judge as CSV, and give them.

    Parameters are those of :func:`~fcr_ml.links.review.draw_pairs`.

    Raises
    ------
    SettingsError
        When the file is there already: it may hold judgements.
    """
    out = Path(out)
    if out.exists():
        raise SettingsError(
            f"review: {out} is there already and may hold judgements; choose another place "
            "with --out, and name it with --judged if its pairs were judged."
        )
    drawn = draw_pairs(
        casebook.table("links", DRAWN_COLUMNS),
        casebook.table("notes", ["contact_id", "note", "resolution_note"]),
        casebook.table("contacts", ["contact_id", "channel"]),
        count=count,
        judged=None if judged is None else judged.pairs,
        random_state=random_state,
    )
    write_csv(drawn, out)
    return drawn


def read_judged(paths: Sequence[Path | str], casebook: Casebook) -> JudgedPairs:
    """Read judged files, CSV or Parquet, and check them against the casebook.

    Parameters
    ----------
    paths : sequence of path
        One file a judge.
    casebook : Casebook
        Whose pairs were judged.

    Raises
    ------
    StorageError
        When a file is missing or damaged.
    DataError
        When a file is empty or lacks a column.
    """
    contacts = casebook.table("contacts", ["contact_id", "customer_id", "started_at"])
    return check_judged({str(path): read_log([str(path)]).rows for path in paths}, contacts)


def compare_with_judged(casebook: Casebook, judged: JudgedPairs, random_state: int = 0) -> Review:
    """Give how well the links agree with the judges, and the judges with each other.

    Every figure is weighted by the draw; intervals are 95 %, by customer.

    Raises
    ------
    DataError
        When no judged pair can be used.
    """
    if judged.pairs.empty:
        raise DataError(
            f"judged pairs: none can be used; {judged.not_judged:,} have no verdict yet and "
            f"{len(judged.set_aside):,} are set aside{_first(judged.set_aside)}. Fill in the "
            "column verdict."
        )
    links = casebook.table("links", LINK_COLUMNS)
    samples = _samples(judged.pairs)
    agreement = [_agreement(links, pairs, random_state) for pairs in samples.values()]
    calibration = [_calibration(links, pairs) for pairs in samples.values()]
    return Review(
        judged=judged,
        agreement=pd.concat(agreement, keys=samples, names=["judge"]).reset_index("judge"),
        calibration=pd.concat(calibration, keys=samples, names=["judge"]).reset_index("judge"),
        between=_between(judged.pairs, random_state),
    )


def _first(set_aside: pd.DataFrame) -> str:
    if set_aside.empty:
        return ""
    return f" (first: row {set_aside['row'].iloc[0]}, {set_aside['problem'].iloc[0]})"


def _samples(pairs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Part the pairs by judge where judges met, else take all as one sample.

    Each file's weights stand for all pairs. Put together, each file counts by its
    number of judged pairs, as two estimates of one figure are averaged.
    """
    judges = pairs.groupby("judge", sort=False)
    if judges.ngroups < 2 or pairs.duplicated(PAIR).any():
        return {str(judge): rows.reset_index(drop=True) for judge, rows in judges}
    counts, sums = judges["verdict"].transform("size"), judges["sampling_weight"].transform("sum")
    return {"all": pairs.assign(sampling_weight=pairs["sampling_weight"] * counts / sums)}


def _agreement(links: pd.DataFrame, pairs: pd.DataFrame, random_state: int) -> pd.DataFrame:
    told = link_agreement(links, pairs, random_state) | _shares(_scored(links, pairs))
    rows = [
        (name, told[name], told.get(f"{name}_low"), told.get(f"{name}_high")) for name in FIGURES
    ]
    figures = pd.DataFrame(rows, columns=["figure", "value", "low", "high"])
    return figures.assign(pairs=told["judged_pairs"])


def _scored(links: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Give the clear pairs with their link; a pair that is no link is unrelated."""
    clear = pairs[pairs["verdict"].isin(VERDICTS)]
    scored = clear.merge(links, how="left", on=PAIR, suffixes=("", "_of_link"))
    of_link = scored["verdict_of_link"].fillna("unrelated")
    return scored.assign(
        probability=scored["link_probability"].astype("Float64").fillna(0.0).astype(float),
        is_related=scored["verdict"].isin(RELATED).to_numpy(bool),
        is_agreed=(scored["verdict"] == of_link).to_numpy(bool),
    )


def _shares(scored: pd.DataFrame) -> dict[str, float]:
    """Give the ends of the figures that are shares; their values come from measures."""
    related, called = scored["is_related"], scored["probability"] >= 0.5
    everything = pd.Series(True, index=scored.index)
    parts = {
        "related_rate": (related, everything),
        "related_precision": (related, called),
        "related_recall": (called, related),
        "verdict_accuracy": (scored["is_agreed"], everything),
    }
    ends = {}
    for name, (part, whole) in parts.items():
        _, ends[f"{name}_low"], ends[f"{name}_high"] = _weighted_share(scored, part, whole)
    return ends


def _weighted_share(
    scored: pd.DataFrame, part: pd.Series, whole: pd.Series
) -> tuple[float, float, float]:
    """Give the weighted share of ``whole`` that is also ``part``, with its interval."""
    chosen = scored[whole]
    if chosen.empty:
        return (float("nan"),) * 3
    weight = chosen["sampling_weight"] / chosen["sampling_weight"].mean()
    sums = pd.DataFrame({"n": weight, "s": weight * part[whole]})
    s, n = sums.groupby(chosen["customer_id"])[["s", "n"]].sum().to_numpy(float).T
    low, high = customer_interval(s.sum(), n.sum(), s @ s, s @ n, n @ n, len(n))
    return float(s.sum() / n.sum()), float(low), float(high)


def _calibration(links: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Give the share judged related in each band of link probability."""
    scored = _scored(links, pairs)
    rows = []
    for low, high in pairwise(BANDS):
        inside = (scored["probability"] >= low) & (scored["probability"] < high)
        inside |= (scored["probability"] == high) & (high == 1.0)
        if not inside.any():
            continue
        weight = scored.loc[inside, "sampling_weight"]
        predicted = float(np.average(scored.loc[inside, "probability"], weights=weight))
        rate = _weighted_share(scored, scored["is_related"], inside)
        rows.append((low, high, int(inside.sum()), predicted, *rate))
    names = ["low_probability", "high_probability", "pairs", "predicted"]
    return pd.DataFrame(rows, columns=[*names, "related_rate", "low", "high"])


def cohen_kappa(first: np.ndarray, second: np.ndarray, weights: np.ndarray) -> float:
    """Give Cohen's kappa of two judges, each pair counted by its weight.

    ``(agreed - chance) / (1 - chance)``, chance being the agreement of two judges who
    spread their verdicts like these but at random. NaN where both only ever say one.

    Notes
    -----
    Cohen, J. (1960), A coefficient of agreement for nominal scales, Educational and
    Psychological Measurement 20.

    Examples
    --------
    >>> a, b = np.array(["x", "x", "y", "y"]), np.array(["x", "y", "y", "y"])
    >>> cohen_kappa(a, b, np.ones(4))
    0.5
    """
    share = weights / weights.sum()
    agreed = share[first == second].sum()
    chance = sum(
        share[first == word].sum() * share[second == word].sum()
        for word in np.union1d(first, second)
    )
    return float((agreed - chance) / (1 - chance)) if chance < 1 - 1e-12 else float("nan")


def _between(pairs: pd.DataFrame, random_state: int) -> pd.DataFrame:
    """Compare every two judges on the pairs to which both gave one of the four verdicts."""
    clear = pairs[pairs["verdict"].isin(VERDICTS)]
    by_judge = {str(judge): rows for judge, rows in clear.groupby("judge", sort=False)}
    rows = []
    for first, second in combinations(by_judge, 2):
        both = by_judge[first].merge(by_judge[second][[*PAIR, "verdict"]], on=PAIR)
        if both.empty:
            continue
        verdicts = both[["verdict_x", "verdict_y"]].to_numpy(dtype=str)
        for question, told in {
            "four verdicts": verdicts,
            "related or not": np.isin(verdicts, RELATED).astype(str),
        }.items():
            rows.append((first, second, question, len(both), *_kappa(both, told, random_state)))
    names = ["first", "second", "question", "pairs", "agreed_rate", "kappa", "low", "high"]
    return pd.DataFrame(rows, columns=names)


def _kappa(
    both: pd.DataFrame, told: np.ndarray, random_state: int
) -> tuple[float, float, float, float]:
    weights = both["sampling_weight"].to_numpy(float)
    customers = list(both.groupby("customer_id", sort=True).indices.values())

    def drawn(chosen: np.ndarray) -> float:
        rows = np.concatenate([customers[place] for place in chosen])
        return cohen_kappa(told[rows, 0], told[rows, 1], weights[rows])

    agreed = float(np.average(told[:, 0] == told[:, 1], weights=weights))
    low, high = bootstrap_interval(drawn, len(customers), random_state)
    return agreed, cohen_kappa(told[:, 0], told[:, 1], weights), low, high
