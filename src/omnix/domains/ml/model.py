"""Versions of models, what they rest on and how they fared, as they are stored and shown."""

from typing import Any, Literal

import msgspec

ALL = "all"
"""The group that holds everything."""

MOST_SCORES = 200
"""Groups whose figures are kept with a version, those with most series first."""

State = Literal["challenger", "champion", "former"]
Drifting = Literal["none", "watch", "drifted", "unknown"]


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """What a version learnt from. ``fingerprint`` tells whether another learnt from the same."""

    fingerprint: str
    first_day: str
    last_day: str
    rows: int
    series: int = 0


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one group, such as ``all`` or ``category:Tea``, over rolling origins.

    ``series`` and ``origins`` say how many stand behind ``values``; None where a figure is not
    defined, as a WAPE is not where nothing was sold.
    """

    group: str
    series: int
    origins: int
    values: dict[str, float | None]


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """How a feature was spread over the data: ``counts`` between ``edges``, the outermost of
    which are open, or by ``names`` where it is no number.
    """

    counts: list[int]
    edges: list[float] = []
    names: list[str] = []


class Trained(msgspec.Struct, frozen=True, kw_only=True):
    """What a training hands to the registry.

    ``recipe`` parameters are chosen, ``fitted`` ones learnt. ``code`` comes from
    ``lineage.code_version``. ``profile`` is what drift is measured against.
    """

    algorithm: str
    code: str
    data: Data
    recipe: dict[str, Any] = {}
    fitted: dict[str, float] = {}
    scores: list[Score] = []
    profile: dict[str, Feature] = {}


class Contest(msgspec.Struct, frozen=True, kw_only=True):
    """Champion and challenger in one group, forecast from the same origins on the same series.

    ``champion`` and ``challenger`` hold the model's metric at each of ``origins``; the guards'
    figures are over all of them.
    """

    group: str
    origins: list[str]
    series: int
    champion: list[float]
    challenger: list[float]
    champion_guards: dict[str, float] = {}
    challenger_guards: dict[str, float] = {}


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a contest came to. ``gain`` is the share by which the challenger's metric is better,
    ``against`` the recipe that it was compared with.
    """

    group: str
    won: bool
    against: str = ""
    gain: float | None
    origins: int
    origins_won: int
    series: int
    reason: str


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a model. ``recipe_id``, of algorithm and recipe, tells versions that differ
    by their data or by the code's release alone.

    ``answers_for`` are the groups that it is champion of; ``artefact`` names its file and
    ``artefact_sha256`` what must be in it.
    """

    model: str
    version: int
    state: State
    algorithm: str
    code: str
    recipe_id: str
    recipe: dict[str, Any]
    fitted: dict[str, float]
    data: Data
    scores: list[Score]
    scores_left_out: int = 0
    profile: dict[str, Feature] = {}
    verdicts: list[Verdict] = []
    answers_for: list[str] = []
    artefact: str | None = None
    artefact_sha256: str | None = None
    artefact_bytes: int = 0
    training: str
    trained_by: str
    trained_at: str

    def score(self, group: str = ALL) -> Score | None:
        """Its figures for ``group``, if they were kept."""
        return next((score for score in self.scores if score.group == group), None)


class Held(msgspec.Struct, frozen=True):
    """A recipe that somebody rolled back: it is not promoted again but by hand."""

    recipe_id: str
    by: str
    reason: str


class Place(msgspec.Struct, frozen=True):
    """Which version answered for which groups; ``default`` for those not named."""

    default: int
    groups: dict[str, int] = {}

    def of(self, group: str) -> int:
        """The version that answers for ``group``."""
        return self.groups.get(group, self.default)

    def versions(self) -> set[int]:
        """All that answer for anything."""
        return {self.default, *self.groups.values()}


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a model stands: what answers now and what did before, the latest last.

    ``reference`` is the version from whose data drift is measured; a refit leaves it as it is.
    """

    model: str
    revision: int = 0
    latest: int = 0
    now: Place | None = None
    before: list[Place] = []
    held: list[Held] = []
    reference: int | None = None
    last_trained_at: str | None = None
    last_refit_at: str | None = None
    drift: Drifting = "unknown"
    drift_day: str | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A decision: ``groups`` are those that ``version`` took, or that were taken from it."""

    model: str
    entry: str
    at: str
    kind: Literal["first", "promoted", "upgraded", "refused", "rolled-back"]
    version: int
    groups: list[str]
    by: str
    reason: str
    verdicts: list[Verdict] = []


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """How far a feature moved from where the champion learnt.

    ``psi`` is the population stability index; up to ``by_chance`` it may come to in 999 of 1000
    cases though nothing changed, for want of data. None where there is too little to compare.
    """

    feature: str
    psi: float | None
    by_chance: float | None
    then: int
    now: int
    label: Drifting


class Realised(msgspec.Struct, frozen=True, kw_only=True):
    """How answers given in earnest came true: ``expected`` is what the backtest let expect."""

    metric: str
    value: float | None
    expected: float | None
    made_on: str
    days: int
    series: int
    label: Drifting
    others: dict[str, float] = {}


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of a model on a day, with the data of the day's training or use."""

    model: str
    day: str
    at: str
    version: int
    data: Data | None = None
    moved: list[Moved] = []
    realised: list[Realised] = []
    label: Drifting = "unknown"
    text: str = ""
