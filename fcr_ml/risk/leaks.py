"""Refuse features that know more than the moment of prediction did.

Enters: a casebook, its features, and closed contacts as they are learned from. Leaves:
LEAKS, one row a feature and kind, with how many and what to do, and the features that may
be used. Some leaks show when the log is cut, or disturbed; those that lie in the data show
in the labels.
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from fcr_ml.errors import DataError
from fcr_ml.features import Features, build_features
from fcr_ml.features.disturbed import find_changed, find_disturbed, sample_customers
from fcr_ml.features.leaks import Build, check_leaks
from fcr_ml.features.moments import Moment
from fcr_ml.frames import Casebook
from fcr_ml.risk.metrics import Ranking
from fcr_ml.risk.split import TimeSplit

LEAKS = ["feature", "kind", "contacts", "looked_at", "told"]

TOO_GOOD_ALONE = 0.85
"""An AUC of one feature beyond this is no feature of a contact but of its return."""

ONLY_AFTER = 0.95
"""A value of which so many were repeated was set once they were."""

_FEWEST = 30
# An AUC of 0.85 is known to a hundredth from so many; all of them would cost a minute.
_MOST_ROWS = 5_000
_TWIN_SHARE = 0.01

_MENDS = {
    "looks ahead": "compute it from what lies strictly before the moment of prediction",
    "row order": "sort by a column of the contact before computing it",
    "ids": "leave ids out of what is computed; they are names",
    "changed later": "take its value as it was when the contact ended, or name it 'later'",
    "too good": "if it is filled in after the contact has ended, name it 'later'",
    "only after a return": "it is filled in once the customer is back: name it 'later'",
    "equal rows": "take the copies out of the log",
}


def find_leaks(
    casebook: Casebook,
    build: Build | None = None,
    contacts: int = 400,
    cuts: int = 1,
    earlier: Casebook | None = None,
    moment: Moment = "end",
) -> pd.DataFrame:
    """Give the features that look ahead, or hang on row order, ids or later edits.

    Parameters
    ----------
    casebook : Casebook
        A sample of its customers is looked at.
    build : callable, optional
        Computes the features; ours of that moment by default.
    contacts : int
        About how many contacts the sample holds.
    cuts : int
        Contacts at whose moment the log is cut; each costs one computation of the sample.
    earlier : Casebook, optional
        An earlier casebook of the same log; what differs was changed later.
    moment : {'end', 'start', 'live'}
        When risk is asked for.

    Returns
    -------
    pandas.DataFrame
        LEAKS; no rows: nothing leaks.
    """
    build = build or partial(build_features, moment=moment)
    with tempfile.TemporaryDirectory(prefix="fcr_ml-leaks-") as folder:
        sample = sample_customers(casebook, Path(folder) / "sample", contacts)
        whole = build(sample)
        found = [find_disturbed(sample, build, whole)]
        chosen = _in_the_middle(sample, cuts)
        ahead = check_leaks(sample, chosen, build, whole, moment)
        counts = ahead.groupby("feature", sort=True)["contact_id"].nunique()
        found.append(
            pd.DataFrame(
                {
                    "feature": counts.index.astype(object),
                    "kind": "looks ahead",
                    "contacts": counts.to_numpy(),
                    "looked_at": len(chosen),
                }
            )
        )
    if earlier is not None:
        found.append(find_changed(earlier, casebook, build))
    leaks = pd.concat(found, ignore_index=True)
    told = [
        f"{contacts:,} of {looked_at:,} contacts have another value {_WHEN[kind]}"
        for contacts, looked_at, kind in zip(
            leaks["contacts"], leaks["looked_at"], leaks["kind"], strict=True
        )
    ]
    return leaks.assign(told=told)[LEAKS]


_WHEN = {
    "looks ahead": "once the log is cut at their moment",
    "row order": "once the rows stand in another order",
    "ids": "once ids are others",
    "changed later": "than in an earlier casebook",
}


def _in_the_middle(sample: Casebook, cuts: int) -> list[str]:
    """Give contacts that have a past and a future, spread over the log."""
    ended = sample.table("contacts", ["contact_id", "started_at", "ended_at"])
    has_ends = ended["ended_at"].notna().any()
    moment = ended["ended_at" if has_ends else "started_at"]
    ended = ended[(moment <= sample.as_of).fillna(False).to_numpy(dtype=bool)]
    ended = ended.assign(moment=moment).sort_values(["moment", "contact_id"])
    if ended.empty:
        return []
    places = np.linspace(0, len(ended) - 1, cuts + 2).round().astype(int)[1:-1]
    return list(dict.fromkeys(ended["contact_id"].iloc[places]))


def find_leaks_in_labels(
    rows: pd.DataFrame, features: Features, split: TimeSplit | None = None
) -> pd.DataFrame:
    """Give the columns that tell the label itself, and rows on both sides of the split.

    Parameters
    ----------
    rows : pandas.DataFrame
        Closed contacts, from :func:`fcr_ml.risk.rows.closed_rows`.
    features : Features
        Of the same casebook.
    split : TimeSplit, optional
        Over the same rows; without one equal rows are not looked for.

    Returns
    -------
    pandas.DataFrame
        LEAKS: ``too good``, an AUC beyond 0.85 by itself, of its values or of having one;
        ``only after a return``, a value or the having of one that at least 30 closed
        contacts share, with more than 0.95 of them repeated (lower end of Wilson's 95 %
        interval above 0.85, each customer counted once) and less than 0.7 of all;
        ``equal rows``, contacts tested on with an equal of the same customer among those
        learned from, far beyond what coincidence gives.
    """
    told = rows.tail(_MOST_ROWS)
    is_repeated = told["is_repeated"].to_numpy(dtype=bool)
    owners = pd.factorize(told["customer_id"])[0]
    found: list[tuple[object, ...]] = []
    if min(is_repeated.sum(), (~is_repeated).sum()) >= _FEWEST:
        for name in features.names:
            found += _too_good(name, told[name].to_numpy(np.float64), is_repeated, owners)
        for name in features.categories:
            if is_repeated.mean() < 0.7:
                found += _only_after(name, told[name], is_repeated, owners)
    if split is not None:
        found += _equal_rows(rows, features, split)
    return pd.DataFrame(found, columns=LEAKS)


def _too_good(
    name: str, values: np.ndarray, is_repeated: np.ndarray, owners: np.ndarray
) -> list[tuple[object, ...]]:
    truth = is_repeated.astype(np.float64)
    is_set = ~np.isnan(values)
    for told, ranked in (("its value", values), ("having a value", is_set.astype(np.float64))):
        known = ~np.isnan(ranked)
        repeats = truth[known].sum()
        if min(repeats, known.sum() - repeats) < _FEWEST:
            continue
        auc = Ranking.of(ranked[known], truth[known]).auc()
        if max(auc, 1 - auc) > TOO_GOOD_ALONE:
            n = int(known.sum())
            return [(name, "too good", n, len(values), f"{told} alone has an AUC of {auc:.2f}")]
    if is_repeated.mean() >= 0.7:
        return []
    other = pd.Series("a value other than 0", index=range(len(values)), dtype=object)
    flagged = other.where(is_set & (values != 0))
    return _only_after(name, flagged, is_repeated, owners)


def _only_after(
    name: str, values: pd.Series, is_repeated: np.ndarray, owners: np.ndarray
) -> list[tuple[object, ...]]:
    """Tell the values that nearly only repeated contacts have, of many customers.

    A customer counts once: one monitor that opens a ticket an hour is no leak.
    """
    from fcr_ml.measures.intervals import wilson_interval

    given = pd.DataFrame(
        {"value": values.to_numpy(dtype=object), "owner": owners, "is_repeated": is_repeated}
    )
    repeated = given.groupby("value")["is_repeated"].agg(["sum", "size"])
    repeated = repeated[repeated["size"] >= _FEWEST]
    of_each = given.groupby(["value", "owner"])["is_repeated"].mean().groupby("value")
    customers = of_each.agg(["sum", "size"]).reindex(repeated.index)
    low, _ = wilson_interval(customers["sum"].to_numpy(), customers["size"].to_numpy())
    return [
        (
            name,
            "only after a return",
            int(counts["sum"]),
            int(counts["size"]),
            f"{counts['sum']:,} of {counts['size']:,} closed contacts with {value} were repeated, "
            f"against {is_repeated.mean():.0%} of all",
        )
        for (value, counts), bound in zip(repeated.iterrows(), low, strict=True)
        if bound > ONLY_AFTER - 0.1 and counts["sum"] / counts["size"] > ONLY_AFTER
    ]


def _equal_rows(
    rows: pd.DataFrame, features: Features, split: TimeSplit
) -> list[tuple[object, ...]]:
    """Count contacts tested on that have a twin of the same customer among those learned from.

    By coincidence a contact has as many twins as its customer has contacts there, times
    the share of all that hold its values.
    """
    own = [f.name for f in features.described if f.group in ("contact", "wording") and not f.of]
    own = [name for name in own if rows[name].nunique() > 1]
    test, fit = rows[split.test], rows[split.fit | split.calibration]
    if len(own) < 2 or test.empty or fit.empty:
        return []
    values = pd.util.hash_pandas_object(rows[own], index=False)
    customers = pd.Series(pd.factorize(rows["customer_id"], sort=True)[0], index=rows.index)
    pairs = pd.MultiIndex.from_arrays([customers, values])
    in_fit = pairs[rows.index.isin(fit.index)]
    twins = rows.index.isin(test.index) & pairs.isin(in_fit)
    shares = values[fit.index].value_counts(normalize=True)
    of_customer = customers[fit.index].value_counts()
    chance = values[test.index].map(shares).fillna(0) * customers[test.index].map(
        of_customer
    ).fillna(0)
    expected = float(chance.clip(upper=1).sum())
    count = int(twins.sum())
    if count < max(5, _TWIN_SHARE * len(test)) or count < 3 * expected + 5 * np.sqrt(expected):
        return []
    first = rows.loc[twins, "contact_id"].iloc[0]
    told = (
        f"{count:,} of {len(test):,} contacts tested on have an equal of the same customer among "
        f"those learned from, {expected:.0f} by coincidence (first: {first})"
    )
    return [("", "equal rows", count, len(test), told)]


def without_leaks(rows: pd.DataFrame, features: Features, leaks: pd.DataFrame) -> pd.DataFrame:
    """Give the rows with every leaking feature blank, so that no model learns from it.

    A leaking text column takes the rates of its values with it.
    """
    named = set(leaks["feature"])
    leaking = [f.name for f in features.described if f.name in named or (f.of and f.of in named)]
    return rows.assign(**dict.fromkeys(leaking, np.nan)) if leaking else rows


def leak_remarks(leaks: pd.DataFrame) -> tuple[str, ...]:
    """Say what leaks, how many, and the mend, one remark a feature and kind."""
    return tuple(
        f"{row['feature'] or 'Log'}: {row['told']} ({row['kind']}). "
        f"{'It is left out; ' if row['feature'] else ''}{_MENDS[row['kind']]}."
        for row in leaks.to_dict("records")
    )


def refuse_leaks(leaks: pd.DataFrame) -> None:
    """Raise what leaks, all at once, or do nothing where nothing does.

    Raises
    ------
    DataError
        With feature, kind, count and mend.
    """
    if len(leaks):
        raise DataError(f"features: {len(leaks):,} leaks. " + " ".join(leak_remarks(leaks)))
