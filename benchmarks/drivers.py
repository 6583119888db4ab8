"""Planted drivers: how many are found, beside three plain ways to look for them.

    python benchmarks/drivers.py [seeds] [contacts]

Every seed draws a log of closed contacts with three planted drivers: a queue, a product
that this queue handles more often (the two are confounded), and a channel with a reason
code; and a bystander, a team that does nothing but handles three in four contacts of the
queue planted. The plain ways: segments of one column by raw repeat rate; the leaves of a
decision tree by rate, each named by what is so in it; the best subgroups of
pysubgroup, where that is installed. The same logs without drivers, as often, say how
often a way sees what is not there. One processor; prints one table.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from fcr_ml.drivers.confirm import Periods, confirm_drivers
from fcr_ml.drivers.excess_rates import shrink
from fcr_ml.drivers.rows import SegmentRows
from fcr_ml.drivers.search import gather_evidence, prepare_search
from fcr_ml.drivers.thinning import thin_out

Parts = tuple[tuple[str, str], ...]
Found = list[Parts]

QUEUE: Parts = (("queue", "Tech"),)
PRODUCT: Parts = (("product", "hub"),)
PAIR: Parts = (("channel", "chat"), ("reason_code", "bill"))
PLANTED = {QUEUE: 0.15, PRODUCT: 0.15, PAIR: 0.30}
BYSTANDER: Parts = (("team", "North"),)
COLUMNS = ["queue", "channel", "reason_code", "product", "team", "was_transferred"]
MIX = ["channel", "reason_code", "product", "earlier_contacts"]
LEAST, FIRST = 50, 5


def main(seeds: int, contacts: int) -> None:
    """Print what every way finds, over seeds, and how often without anything planted."""
    ways: dict[str, Callable[[SegmentRows], Found]] = {
        "fcr_ml": by_excess,
        "raw repeat rate": by_raw_rate,
        "decision tree": by_tree,
        "pysubgroup": by_subgroups,
    }
    if not _has_pysubgroup():
        del ways["pysubgroup"]
        print("pysubgroup is not installed; that way is left out.")
    print(f"{seeds} logs of {contacts:,} contacts, related within 7 d, first {FIRST} looked at")
    planted = [draw_log(contacts, seed, PLANTED) for seed in range(seeds)]
    nothing = [draw_log(contacts, 10_000 + seed, {}) for seed in range(seeds)]
    rows = [(name, *_scores(way, planted, nothing)) for name, way in ways.items()]
    heads = ["way", "caught", "planted_first", "all_in_five", "bystander_above", "none_planted"]
    print(pd.DataFrame(rows, columns=heads).round(3).to_string(index=False), flush=True)
    print(_own_intervals(planted), flush=True)


def draw_log(size: int, seed: int, planted: dict[Parts, float]) -> SegmentRows:
    """Draw closed contacts of customers who contact, and return, unequally often."""
    draw = np.random.default_rng(seed)
    owner = np.repeat(np.arange(size), np.minimum(draw.zipf(2.0, size), 40))[:size]
    reason = draw.choice(["bill", "login", "order", "device", "move"], size)
    product = draw.choice(["phone", "web", "hub"], size, p=[0.45, 0.4, 0.15])
    likely = np.where(product == "hub", 0.6, 0.2)
    others = draw.choice(["Money", "Access", "Orders"], size)
    queue = np.where(draw.random(size) < likely, "Tech", others)
    own_channel = draw.choice(["voice", "chat", "mail"], size, p=[0.5, 0.3, 0.2])[owner]
    is_north = draw.random(size) < np.where(queue == "Tech", 0.75, 0.2)
    rows = pd.DataFrame(
        {
            "contact_id": [f"c-{row:07d}" for row in range(size)],
            "customer_id": [f"k-{row:07d}" for row in owner],
            "channel": np.where(draw.random(size) < 0.8, own_channel, "voice"),
            "queue": queue,
            "reason_code": reason,
            "product": product,
            "team": np.where(is_north, "North", draw.choice(["South", "West"], size)),
            "was_transferred": draw.choice(["yes", "no"], size, p=[0.25, 0.75]),
            "earlier_contacts": draw.choice(["0", "1"], size),
        }
    )
    # At most 0.4, so that with all three drivers no rate passes 1 and the truth is as planted.
    rate = 0.4 * draw.beta(0.6, 0.9, size)[owner]
    for parts, added in planted.items():
        rate = rate + added * _inside(rows, parts)
    is_repeated = draw.random(size) < rate
    rows["repeated_probability"] = is_repeated.astype(float)
    rows["follow_up_id"] = rows["contact_id"].where(is_repeated)
    return SegmentRows(rows, COLUMNS, MIX)


class Rankings:
    """The product's ranking of every log asked for, each ranked once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple] = {}

    def of(self, rows: SegmentRows) -> tuple:
        """Give a log's search and its drivers, largest excess first."""
        if id(rows) not in self._known:
            self._known[id(rows)] = _ranked(rows)
        return self._known[id(rows)]


RANKINGS = Rankings()


def by_excess(rows: SegmentRows) -> Found:
    """Give the product's drivers, largest shrunk excess first."""
    search, told = RANKINGS.of(rows)
    return [search.segments.parts[place] for place in told.index]


def by_raw_rate(rows: SegmentRows) -> Found:
    """Give segments of one column by repeat rate, at least 50 contacts, above the mean."""
    contacts = rows.contacts
    overall = contacts["repeated_probability"].mean()
    cells = []
    for column in COLUMNS:
        rates = contacts.groupby(column)["repeated_probability"].agg(["mean", "size"])
        large = rates[(rates["size"] >= LEAST) & (rates["mean"] > overall)]
        cells += [(rate, ((column, str(value)),)) for value, rate in large["mean"].items()]
    return [parts for _, parts in sorted(cells, reverse=True)]


def by_tree(rows: SegmentRows) -> Found:
    """Give the leaves of a tree of depth three, highest rate first, by what is so in them."""
    from sklearn.tree import DecisionTreeClassifier

    contacts = rows.contacts
    values = pd.get_dummies(contacts[COLUMNS], prefix_sep="=")
    names = [tuple(name.split("=", 1)) for name in values]
    is_repeated = contacts["repeated_probability"] > 0.5
    tree = DecisionTreeClassifier(max_depth=3, min_samples_leaf=LEAST, random_state=0)
    fitted = tree.fit(values.to_numpy(), is_repeated)
    paths = _leaves(fitted.tree_, names, 0, ())
    above = [(rate, parts) for rate, parts in paths if rate > is_repeated.mean() and parts]
    return [parts for _, parts in sorted(above, reverse=True)]


def by_subgroups(rows: SegmentRows) -> Found:
    """Give the best subgroups of pysubgroup: weighted relative accuracy, depth two."""
    import pysubgroup as ps

    contacts = rows.contacts[COLUMNS].assign(
        is_repeated=rows.contacts["repeated_probability"] > 0.5
    )
    target = ps.BinaryTarget("is_repeated", True)
    space = ps.create_selectors(contacts, ignore=["is_repeated"])
    task = ps.SubgroupDiscoveryTask(
        contacts, target, space, result_set_size=FIRST, depth=2, qf=ps.WRAccQF()
    )
    found = ps.BeamSearch().execute(task).to_descriptions()
    return [
        tuple(sorted((part.attribute_name, str(part.attribute_value)) for part in rule.selectors))
        for _, rule in found
    ]


def _scores(
    way: Callable[[SegmentRows], Found], planted: Sequence[SegmentRows], nothing: Sequence
) -> tuple[float, ...]:
    told = [[tuple(sorted(parts)) for parts in way(rows)][:FIRST] for rows in planted]
    caught = [_caught(rows, found) for rows, found in zip(planted, told, strict=True)]
    return (
        float(np.mean(caught)),
        float(np.mean([bool(found) and found[0] in PLANTED for found in told])),
        float(np.mean([set(PLANTED) <= set(found) for found in told])),
        float(np.mean([_is_above(found) for found in told])),
        float(np.mean([len(way(rows)) > 0 for rows in nothing])),
    )


def _caught(rows: SegmentRows, found: Found) -> float:
    """Give the share of planted excess in segments found that hold no more than a planted one.

    A segment catches a planted driver's excess on the contacts both have, if at least
    half of its own contacts lie in the driver: a segment of everything catches nothing.
    """
    contacts = rows.contacts
    held, whole = 0.0, 0.0
    for parts, added in PLANTED.items():
        inside = _inside(contacts, parts)
        near = [_inside(contacts, other) for other in found]
        near = [other for other in near if (other & inside).sum() >= 0.5 * other.sum()]
        held += added * (np.any([*near, np.zeros_like(inside)], axis=0) & inside).sum()
        whole += added * inside.sum()
    return held / whole


def _is_above(found: Found) -> bool:
    """Say whether the bystander stands above a planted driver that it hides or precedes."""
    if BYSTANDER not in found:
        return False
    before = found[: found.index(BYSTANDER)]
    return not set(PLANTED) <= set(before)


def _own_intervals(planted: Sequence[SegmentRows]) -> str:
    """Say how often the intervals of planted drivers hold, and what a quarter confirms."""
    within, others, month_within, verdicts = [], 0, [], []
    for seed, rows in enumerate(planted):
        search, told = RANKINGS.of(rows)
        is_later = np.random.default_rng(20_000 + seed).random(len(rows.contacts)) < 0.25
        places = [int(place) for place in told.index]
        month = confirm_drivers(search, places, Periods("last", ~is_later, is_later), 0.05)
        for place, told_month in zip(places, month.to_dict("records"), strict=True):
            truth = PLANTED.get(search.segments.parts[place])
            if truth is None:
                others += 1
                continue
            row = told.loc[place]
            within.append(row["shrunk_rate_low"] <= truth <= row["shrunk_rate_high"])
            verdicts.append(told_month["confirmation"])
            low, high = (told_month[f"confirmed_excess_rate_{end}"] for end in ("low", "high"))
            if low == low:
                month_within.append(low <= truth <= high)
    shares = pd.Series(verdicts).value_counts(normalize=True).round(3).to_dict()
    return (
        f"fcr_ml: intervals of planted drivers held {np.mean(within):.3f} of {len(within)}; of the "
        f"quarter held out {np.mean(month_within):.3f} of {len(month_within)}; verdicts {shares}; "
        f"{others} listed that were not planted"
    )


def _ranked(rows: SegmentRows) -> tuple:
    search = prepare_search(rows, LEAST)
    held = thin_out(search, gather_evidence(search, 0.05), q=0.05)
    if len(held) == 0:
        return search, held
    told = shrink(held)
    sizes = np.asarray(search.segments.members[:, held.index].sum(axis=0)).ravel()
    excess = (told["shrunk_rate"] * sizes).sort_values(ascending=False)
    return search, told.loc[excess.index]


def _inside(contacts: pd.DataFrame, parts: Parts) -> np.ndarray:
    return np.all([contacts[name] == value for name, value in parts], axis=0)


def _leaves(tree: object, names: list, node: int, parts: Parts) -> list[tuple[float, Parts]]:
    """Give every leaf's rate, and the values that hold in it; what is not so is left out."""
    if tree.children_left[node] < 0:
        return [(float(tree.value[node][0][1] / tree.value[node][0].sum()), tuple(sorted(parts)))]
    so = (*parts, names[tree.feature[node]])
    return _leaves(tree, names, tree.children_left[node], parts) + _leaves(
        tree, names, tree.children_right[node], so
    )


def _has_pysubgroup() -> bool:
    from importlib.util import find_spec

    return find_spec("pysubgroup") is not None


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 50,
        int(sys.argv[2]) if len(sys.argv) > 2 else 8_000,
    )
