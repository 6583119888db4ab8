"""How right risks are now, before labels are known: from the risks and the returns so far.

Enters: plain rows of contacts whose window may still run, each with the risk it was given,
the share of its return that was due by now, and what has come. Leaves: the figures to be
expected once all windows have run out, with intervals by customer. No model is asked, so
that risks of any release can be watched.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fcr_ml.errors import DataError
from fcr_ml.risk.metrics import Ranking, equal_bins, interval
from fcr_ml.risk.model import sigmoid

NO_SHIFT, MORE, FEWER = "no shift shown", "more returns", "fewer returns"
WORSE, TOO_EARLY = "ranks worse", "too early to tell"

FEWEST_DUE = 10
"""Returns that must be due by now before anything is said."""

FEWEST_CONTACTS = 100
LEAST_CHANGE = 0.1
"""A shift is told from a tenth more or fewer returns on; a smaller one moves no list."""

LEAST_AUC_LOST = 0.02
"""A worse ranking is told from so much AUC below what the risks promise."""

DRAWS = 200
_DRAWN_ROWS = 10_000
_NEEDED = ("customer_id", "risk", "share_due", "returned")

Floats = NDArray[np.float64]


def current_figures(
    rows: pd.DataFrame, level_variance: float = 0.0, random_state: int = 0
) -> dict[str, Any]:
    """Estimate repeat rate, AUC, average precision and calibration of contacts still open.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row a contact: ``customer_id``; ``risk`` of a return within the window, as of its
        moment; ``share_due``, the share of such returns that come within as many hours as it
        was followed, 1 once its window has run out; ``returned``, 1 where its customer was
        back by then, 0 where not, or the probability of it. Contacts that were acted on
        because of their risk do not belong here.
    level_variance : float
        Relative variance of the level of the risks, which was learned from so many contacts
        and no more; see :func:`level_variance`.
    random_state : int
        Seed of the draws behind the intervals of the figures.

    Returns
    -------
    dict
        The columns of ``RISK_WATCH`` that can be known by now, ``verdict`` included.

    Raises
    ------
    DataError
        When a column is missing, or a share or risk lies outside 0 to 1.

    Notes
    -----
    By now ``e_i = risk_i share_due_i`` of a return is due of contact i, ``o_i`` has come.
    *ratio* ``R = sum o / sum e``; its interval is Fieller's (1954, Journal of the Royal
    Statistical Society B 16), with the variance of ``o_c - R e_c`` between customers,
    enlarged by that of the level. *Slope*: in ``P(o_i) = share_due_i x sigmoid(a + b
    log-odds(risk_i))`` a and b are fitted by Bernoulli's likelihood, their covariance taken
    between customers (Liang and Zeger 1986, Biometrika 73); b is 1 where risks separate as
    they promise, 0 where they rank no better than a draw (the calibration slope of Cox 1958,
    Biometrika 45, on labels that are not complete yet). With ``c_i = sigmoid(a + b log-odds)``
    contact i is repeated in the end with ``o_i + (1 - o_i) c_i (1 - share_due_i) / (1 - c_i
    share_due_i)``. Repeat rate, AUC, average precision and calibration error are those of the
    risks against these; the ends of their intervals come from draws of a, b and of the labels
    themselves, so that they hold what will come. Contacts of one customer are taken to return
    independently there. *Promised* are those of the risks against themselves.

    The verdict is meant to err in 5 of 100 looks at which nothing shifted, 2.5 for the ratio
    and 2.5 for the slope; in simulated logs of 300 contacts it erred in 7, of 1,500 in 6. Looks
    at the same contacts on following nights err together. It takes for granted that returns
    come as soon after a contact as they did before: where they come later, it says *fewer
    returns* until they are there.
    """
    _refuse(rows)
    kept = rows[(rows["share_due"] > 0).to_numpy(dtype=bool)]
    risk, due, came = (kept[n].to_numpy(np.float64) for n in _NEEDED[1:])
    customers = pd.factorize(kept["customer_id"], sort=True)[0]
    expected = risk * due
    told: dict[str, Any] = {
        "contacts": len(kept),
        "customers": int(customers.max()) + 1 if len(kept) else 0,
        "due_rate": float(expected.sum() / risk.sum()) if risk.sum() > 0 else None,
        "expected_returns": float(expected.sum()),
        "returns": float(came.sum()),
    }
    if len(kept) < FEWEST_CONTACTS or expected.sum() < FEWEST_DUE:
        return told | {"verdict": TOO_EARLY}
    ratio, low, high = _ratio(came, expected, customers, 0.95, level_variance)
    told |= {"ratio": ratio, "ratio_low": low, "ratio_high": high}
    line, covariance = _line(risk, due, came, customers)
    slope = _slope(line, covariance)
    told |= slope
    told |= _figures(risk, due, came, (line, covariance), random_state)
    _, low, high = _ratio(came, expected, customers, 0.975, level_variance)
    return told | {"verdict": _verdict(ratio, low, high, told)}


def level_variance(rows: pd.DataFrame) -> float:
    """Give the relative variance of a level learned from closed contacts.

    Parameters
    ----------
    rows : pandas.DataFrame
        The contacts on which the level was set, as :func:`current_figures` takes them.

    Notes
    -----
    ``sum (o_c - R e_c)² / (sum e)²`` over customers: the variance of a ratio.
    """
    _refuse(rows)
    expected = rows["risk"].to_numpy(np.float64) * rows["share_due"].to_numpy(np.float64)
    customers = pd.factorize(rows["customer_id"], sort=True)[0]
    o = np.bincount(customers, rows["returned"].to_numpy(np.float64))
    e = np.bincount(customers, expected)
    total = e.sum()
    return float(((o - o.sum() / total * e) ** 2).sum() / total**2) if total > 0 else 0.0


def _refuse(rows: pd.DataFrame) -> None:
    missing = [name for name in _NEEDED if name not in rows.columns]
    if missing:
        raise DataError(f"watch: the rows lack {', '.join(missing)}. Give every contact them.")
    for name in _NEEDED[1:]:
        wrong = ~rows[name].between(0, 1).to_numpy(dtype=bool)
        if wrong.any():
            raise DataError(
                f"watch: {int(wrong.sum()):,} of {len(rows):,} contacts have a {name} outside 0 "
                "to 1, or none. Leave out contacts that cannot be scored."
            )


def _ratio(
    came: Floats, expected: Floats, customers: NDArray[np.intp], level: float, variance: float
) -> tuple[float, float, float | None]:
    """Give returns seen over due with Fieller's interval; no upper end where it is open."""
    from scipy.stats import t

    o, e = np.bincount(customers, came), np.bincount(customers, expected)
    alike = float(e.sum() ** 2 / (e @ e))
    widened = t.ppf((1 + level) / 2, max(alike - 1, 1)) ** 2 * len(o) / max(len(o) - 1, 1)
    # (O - R E)² = t² (sum of squares of o - R e about their mean + R² E² v), solved for R.
    own, other = o - o.mean(), e - e.mean()
    square = e.sum() ** 2 * (1 - widened * variance) - widened * (other @ other)
    linear = o.sum() * e.sum() - widened * (own @ other)
    constant = o.sum() ** 2 - widened * (own @ own)
    root = np.sqrt(max(linear**2 - square * constant, 0.0))
    ratio = float(o.sum() / e.sum())
    if square <= 0:
        return ratio, 0.0, None
    return ratio, max(float((linear - root) / square), 0.0), float((linear + root) / square)


def _line(
    risk: Floats, due: Floats, came: Floats, customers: NDArray[np.intp]
) -> tuple[Floats, Floats]:
    """Fit a and b of the log-odds to what has come, with their covariance by customer."""
    score = _log_odds(risk)
    middle = score.mean()
    columns = np.column_stack([np.ones(len(score)), score - middle])
    if np.ptp(score) < 1e-9:
        columns = columns[:, :1]
    start = np.array([middle, 1.0])[: columns.shape[1]]
    found = _fit(columns, due, came, start)
    gradient, bread = _derivatives(columns, due, came, found)
    of_customer = np.column_stack([np.bincount(customers, g) for g in gradient.T])
    inverse = np.linalg.pinv(bread)
    covariance = inverse @ (of_customer.T @ of_customer) @ inverse
    if columns.shape[1] == 1:
        found, covariance = np.append(found, 1.0), np.pad(covariance, (0, 1))
    # Back to log-odds that are not centred: a = level - b x mean.
    turned = np.array([[1.0, -middle], [0.0, 1.0]])
    return turned @ found, turned @ covariance @ turned.T


def _fit(columns: Floats, due: Floats, came: Floats, start: Floats) -> Floats:
    """Climb the likelihood by Fisher's scoring; the line held within what can be true."""
    found = start
    for _ in range(50):
        gradient, bread = _derivatives(columns, due, came, found)
        step = np.linalg.pinv(bread) @ gradient.sum(axis=0)
        found = found + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    return found


def _derivatives(columns: Floats, due: Floats, came: Floats, line: Floats) -> tuple[Floats, Floats]:
    """Give each contact's slope of the log-likelihood, and Fisher's information."""
    chance = np.clip(sigmoid(columns @ line), 1e-9, 1 - 1e-9)
    mean = due * chance
    rise = due * chance * (1 - chance)
    gradient = ((came - mean) * rise / (mean * (1 - mean)))[:, None] * columns
    weight = rise**2 / (mean * (1 - mean))
    return gradient, (columns * weight[:, None]).T @ columns


def _slope(line: Floats, covariance: Floats) -> dict[str, float | None]:
    if covariance[1, 1] <= 0:
        return dict.fromkeys(("slope", "slope_low", "slope_high"))
    half = 1.96 * float(np.sqrt(covariance[1, 1]))
    slope = float(line[1])
    return {"slope": slope, "slope_low": slope - half, "slope_high": slope + half}


def _figures(
    risk: Floats, due: Floats, came: Floats, fitted: tuple[Floats, Floats], random_state: int
) -> dict[str, float | None]:
    """Give what the risks promise, and what is to be expected with what came so far."""
    generator = np.random.default_rng(random_state)
    promised = _Told(risk).figures(risk)
    expected = _Told(risk).figures(_in_the_end(risk, due, came, fitted[0]))
    figures: dict[str, float | None] = {
        "promised_auc": promised["auc"],
        "promised_ap": promised["ap"],
    }
    # More rows than these draw no narrower ends, only longer.
    rows = np.sort(generator.permutation(len(risk))[:_DRAWN_ROWS])
    lines = generator.multivariate_normal(*fitted, DRAWS, method="eigh")
    told, drawn = _Told(risk[rows]), []
    for line in lines:
        chance = _in_the_end(risk[rows], due[rows], came[rows], line)
        drawn.append(told.figures((generator.random(len(rows)) < chance).astype(np.float64)))
    for name, value in expected.items():
        low, high = interval(np.array([figure[name] for figure in drawn]))
        figures |= {f"expected_{name}": value}
        figures |= {f"expected_{name}_low": low, f"expected_{name}_high": high}
    return figures


def _in_the_end(risk: Floats, due: Floats, came: Floats, line: Floats) -> Floats:
    """Give the probability that each contact is repeated in the end: come, or still to come."""
    chance = sigmoid(line[0] + line[1] * _log_odds(risk))
    left = chance * (1 - due) / np.maximum(1 - chance * due, 1e-12)
    return came + (1 - came) * left


class _Told:
    """The figures of some risks, sorted once for any number of labels."""

    def __init__(self, risk: Floats) -> None:
        self._risk = risk
        self._ranking = Ranking.of(risk, risk)
        self._bins = equal_bins(risk, 10)

    def figures(self, truth: Floats) -> dict[str, float]:
        """Give repeat rate, AUC, average precision and calibration error."""
        ranking = replace(self._ranking, labels=truth[self._ranking.order])
        gaps = [abs((self._risk[rows] - truth[rows]).sum()) for rows in self._bins]
        return {
            "repeat_rate": float(truth.mean()),
            "auc": ranking.auc(),
            "ap": ranking.average_precision(),
            "calibration_error": float(sum(gaps) / len(truth)),
        }


def _verdict(ratio: float, low: float, high: float | None, told: dict[str, Any]) -> str:
    if low > 1 and ratio >= 1 + LEAST_CHANGE:
        return MORE
    if high is not None and high < 1 and ratio <= 1 - LEAST_CHANGE:
        return FEWER
    lost = told["promised_auc"] - told["expected_auc"]
    if told["slope"] is not None and told["slope_high"] < 1 and lost >= LEAST_AUC_LOST:
        return WORSE
    return NO_SHIFT


def _log_odds(risk: Floats) -> Floats:
    held = np.clip(risk, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(held / (1 - held)))
