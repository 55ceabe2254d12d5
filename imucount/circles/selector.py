"""CircleSelector: which loops are shoulder circles, which way is up, and which direction they turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import exp, hypot, inf, log, pi, pow, radians, sqrt

from imucount.circles.loops import Loop
from imucount.circles.neighbours import LONGEST, SHORTEST
from imucount.reps import Direction
from imucount.sets import Side

__all__ = ["Circle", "CircleSelector", "loop_score", "neighbour_score", "upward_evidence"]

LEAST_ELEVATION_DEG, LEAST_YAW_DEG = 2.5, 0.7
"""Half of what a clip sees of 10 deg of elevation and 6 deg of protraction, when it follows least."""

LEAST_ROUNDNESS = 0.2
"""Four separate moves seen by a clip that follows obliquely; a shrug has less."""

COUNTED_SCORE = 5.0
"""Loops that together score more are circles. Measured: no false ones in hours of simulated other movement
except for sitting, fidgeting and, rarely, arm swings."""

GOING_ON_SCORE = 1.5
"""A loop that follows one that counts needs less."""

SINGLE_SCORE = 4.7
"""A loop that nothing follows needs this score alone."""

SINGLE_CLOSURE = 0.42
"""And it ends where it began, within this share of its range: fidgeting goes on from where it came to."""

LEAST_WAIT_S = 1.2
"""A loop is taken for the last one when nothing has followed it for as long as it took, or this."""

CERTAIN_EVIDENCE = 3.0
"""Odds of 20 to 1 for a direction are waited for while a set goes on."""

LEAST_EVIDENCE = 0.7
"""Odds of 2 to 1 are the least for which a direction is told."""

LEAST_SCORE = -3.5
"""A loop with less is none of a set, whatever its neighbours are."""

WEAK_LINK = 2.0
"""By so much a neighbour may lower the score of a chain: a first or last circle is often incomplete."""

REMEMBERED_S = 30.0
"""Loops that ended longer ago are followed by none."""

MOST_OVERLAP = 0.3
"""Two circles share no more than this of the shorter one; more is one circle seen twice."""

JOINED = 0.2
"""A pause of less than this share of a circle is none: one ends where the next starts."""

SAME_SET = 1.5
"""For so many lengths of the last circle what follows is of its set, and has the same way up."""

SAME_AXIS, SAME_MOUNT = 0.5, 0.8
"""Cosines of 60 and 37 deg: axes of elevation that are one in a set, and in one place of the clip."""

LONGEST_TO_SHORTEST, LARGEST_TO_SMALLEST, WIDEST_TO_NARROWEST = 1.8, 2.6, 3.0
"""Circles in a row differ by no more in length, elevation and yaw. Size: two standard deviations up over as many
down, of the published 22 %; length: the same of 11 %, and a first or last circle is longer still."""

ENOUGH = 12
"""So many circles tell which way is up as well as more would."""

MOST_TOTAL = 12.0
"""What a chain may hand on: after three good circles one more adds nothing to be sure of."""

MOST_EARLIER = 5.0
"""What earlier sets may add to the evidence for a direction: they share the sensor's errors."""

SWAY_DEG = 0.8
"""By so much posture sways within a circle, which is a large share of a small one."""

SWAY_M_S2 = 0.04
"""The acceleration of sway: half a degree about the ankles, at a slow circle's tempo."""

LEVER_M, LEVER_SPREAD_M = 0.21, 0.07
"""Acromion to sternoclavicular joint, 15-19 cm, over the share that the clip turns along, 0.5-0.8."""

SWING_LEVER_M = 0.15
"""Without a gyroscope the level force reads as tilt, too, and the lever comes out shorter."""

FORWARD_LEVER_M, FORWARD_LEVER_SPREAD_M = 0.35, 0.25
"""The same for the yaw, of which the clip follows 0.25-1."""

LEVER_NOISE_M, FORWARD_LEVER_NOISE_M = 0.1, 0.3
"""Scatter of the levers from circle to circle, by sway and unevenness."""


@dataclass(frozen=True, slots=True, eq=False)
class Circle:
    """A loop that counts.

    Attributes
    ----------
    start_s, end_s : float
        s; where circles follow each other, one ends where the next starts.
    loop : Loop
    direction : {"forward", "backward", "unknown"}
    confidence : float
        0 to 1.
    """

    start_s: float
    end_s: float
    loop: Loop
    direction: Direction
    confidence: float


@dataclass(slots=True, eq=False)
class _Link:
    """A loop in a chain of loops that resemble each other."""

    loop: Loop
    score: float
    total: float
    length: int
    previous: _Link | None
    due_s: float
    counted: bool = False


LookBeside = Callable[[Loop, float, float, float], "Loop | None"]
"""Finds a loop that is shaped like a given one: begins or ends at a time, does not go beyond another on its other
side, and is looked for at a third, s."""


class CircleSelector:
    """Decides on loops as they come.

    Parameters
    ----------
    side : {"left", "right"} or None
    has_gyroscope : bool
    min_reps : int
        Loops that must resemble each other before they count.
    look_beside : callable
        Finds the loop beside a circle that counts.
    """

    def __init__(self, side: Side | None, has_gyroscope: bool, min_reps: int, look_beside: LookBeside) -> None:
        self._look_beside = look_beside
        self._side = side
        self._has_gyroscope = has_gyroscope
        self._min_reps = min_reps
        self._links: list[_Link] = []
        self._waiting: list[_Link] = []
        self._last: Loop | None = None
        self._last_up: tuple[float, float, float] | None = None
        self._same_mount: list[Loop] = []
        self._end_s = -inf
        self._latest: Circle | None = None

    @property
    def pending(self) -> int:
        """Circles that are held back until more is known."""
        longest = 0
        for link in self._waiting:
            length = 0
            each: _Link | None = link if link.total > 0.0 else None
            while each is not None and not each.counted and not self._is_taken(each.loop):
                length += 1
                each = each.previous
            longest = max(longest, length)
        return longest

    def expects(self, top_s: float, up_axis: tuple[float, float, float]) -> bool:
        """Whether a loop with this high point could count at all: if not, it need not be measured."""
        last = self._last
        if last is None:
            return True
        if top_s < last.end_s:
            return False
        return top_s > last.end_s + SAME_SET * last.duration_s or not self._is_upside_down(up_axis)

    def _is_upside_down(self, up_axis: tuple[float, float, float]) -> bool:
        """Whether up is nearly the other way than in the last circle, and the clip still sits as it did."""
        return self._last_up is not None and _dot(up_axis, self._last_up) < -SAME_AXIS

    def finish(self) -> list[Circle]:
        """Decide on everything that was held back."""
        return self.close(inf)

    def add(self, loop: Loop) -> list[Circle]:
        """Take the next loop, return the circles that it makes certain."""
        if not _is_loop(loop, self._has_gyroscope):
            return []
        score = loop_score(loop) if self._has_gyroscope else swing_score(loop)
        best = score - WEAK_LINK
        due_s = loop.known_s + max(loop.duration_s, LEAST_WAIT_S)
        link = _Link(loop, score, score, 1, None, due_s)
        self._links = [other for other in self._links if other.loop.end_s > loop.end_s - REMEMBERED_S]
        for other in self._links:
            if _may_follow(other.loop, loop):
                amends = smallness_among(other.loop, loop)
                near = neighbour_score(other.loop, loop, self._has_gyroscope) + amends
                total = score + min(other.total, MOST_TOTAL) + near
                if score + amends >= LEAST_SCORE and total > best:
                    best = total
                    link.total, link.previous, link.length = total, other, other.length + 1
        self._links.append(link)
        self._waiting.append(link)
        return self._decide(link, last=False, now_s=loop.known_s)

    def close(self, now_s: float) -> list[Circle]:
        """Decide on the chains that nothing has followed in time, return the circles in them."""
        circles: list[Circle] = []
        for link in sorted(self._waiting, key=lambda link: (link.due_s, link.loop.start_s)):
            if link.due_s <= now_s:
                self._waiting.remove(link)
                circles += self._follow(link.due_s)
                circles += self._decide(link, last=True, now_s=link.due_s)
        return circles + self._follow(now_s)

    def _decide(self, link: _Link, last: bool, now_s: float) -> list[Circle]:
        loop = link.loop
        if link.counted or self._is_taken(loop):
            return []
        single = link.length < max(self._min_reps, 2)
        if single and self._min_reps > 1 and not (last and self._min_reps == 2):
            return []
        goes_on = link.previous is not None and link.previous.counted
        if link.total < (SINGLE_SCORE if single else GOING_ON_SCORE if goes_on else COUNTED_SCORE):
            return []
        if single and self._min_reps > 1 and loop.closure > SINGLE_CLOSURE:
            return []
        chain = [link]
        while (earlier := chain[-1].previous) is not None and not (earlier.counted and len(chain) >= ENOUGH):
            chain.append(earlier)
        chain.reverse()
        evidence = self._evidence([each.loop for each in chain], loop)
        if evidence < (LEAST_EVIDENCE if last else CERTAIN_EVIDENCE) and not (
            last and abs(evidence) < LEAST_EVIDENCE
        ):
            return []
        circles = []
        for each in chain:
            if not each.counted and not self._is_taken(each.loop):
                before_s = self._end_s
                circle = self._count(each, link, evidence)
                circles += [*self._precede(circle, before_s, now_s), circle]
        return circles

    def _precede(self, circle: Circle, before_s: float, now_s: float) -> list[Circle]:
        """Find what was missed before a circle that counts, back to the one before it."""
        found: list[Circle] = []
        start_s = circle.start_s
        while start_s - before_s > SHORTEST * circle.loop.duration_s:
            loop = self._look_beside(circle.loop, start_s, before_s, now_s)
            if loop is None:
                break
            start_s = loop.start_s
            if start_s - before_s <= JOINED * loop.duration_s:
                start_s = before_s
            found.append(replace(circle, start_s=start_s, end_s=loop.end_s, loop=loop))
        return found[::-1]

    def _follow(self, now_s: float) -> list[Circle]:
        """Find what was missed after the last circle, once nothing else can be found there."""
        found: list[Circle] = []
        while self._latest is not None:
            latest = self._latest
            limit_s = self._end_s + LONGEST * latest.loop.duration_s
            if limit_s > now_s:
                break
            loop = self._look_beside(latest.loop, self._end_s, limit_s, limit_s)
            if loop is None:
                self._latest = None
                break
            found.append(replace(latest, start_s=self._end_s, end_s=loop.end_s, loop=loop))
            self._last, self._end_s = loop, loop.end_s
        return found

    def _is_taken(self, loop: Loop) -> bool:
        """Whether its time has been counted already, or its set has been counted the other way up."""
        last = self._last
        if last is None:
            return False
        if loop.start_s < last.end_s - MOST_OVERLAP * min(loop.duration_s, last.duration_s):
            return True
        near_s = last.end_s + SAME_SET * last.duration_s
        return loop.start_s < near_s and self._is_upside_down(loop.up_axis)

    def _evidence(self, chain: list[Loop], loop: Loop) -> float:
        own = upward_evidence(chain, loop, self._has_gyroscope)
        if abs(own) >= CERTAIN_EVIDENCE + 1.0:
            return own
        before = [each for each in self._same_mount if abs(_dot(each.up_axis, loop.up_axis)) > SAME_MOUNT]
        if not before:
            return own
        earlier = upward_evidence(before, loop, self._has_gyroscope)
        return own + min(max(earlier, -MOST_EARLIER), MOST_EARLIER)

    def forget_mount(self) -> None:
        """Forget which way was up: the clip has been moved."""
        self._same_mount.clear()
        self._last_up = None

    def _count(self, link: _Link, latest: _Link, evidence: float) -> Circle:
        loop = link.loop
        start_s = loop.start_s
        if abs(start_s - self._end_s) <= JOINED * loop.duration_s or start_s < self._end_s:
            start_s = self._end_s
        self._end_s = loop.end_s
        link.counted = True
        self._last, self._last_up = loop, loop.up_axis
        link.previous = None if link.length > ENOUGH else link.previous
        self._same_mount = [*self._same_mount[1 - ENOUGH :], loop]
        sure = latest.total / latest.length + (2.0 if latest.length > 1 else 0.0)
        confidence = 1.0 / (1.0 + exp(-max(sure, -20.0)))
        direction: Direction = "unknown"
        if self._side is not None and self._has_gyroscope and loop.sense != 0 and abs(evidence) >= LEAST_EVIDENCE:
            direction = "forward" if (loop.sense < 0) == (self._side == "right") else "backward"
            confidence *= 1.0 / (1.0 + exp(-min(evidence, 20.0)))
        self._latest = Circle(start_s, loop.end_s, loop, direction, confidence)
        return self._latest


def _dot(a: tuple[float, float, float], b: tuple[float, float, float]) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _is_loop(loop: Loop, has_gyroscope: bool) -> bool:
    if loop.elevation_deg < LEAST_ELEVATION_DEG:
        return False
    return not has_gyroscope or (loop.yaw_deg >= LEAST_YAW_DEG and loop.roundness >= LEAST_ROUNDNESS)


def loop_score(loop: Loop) -> float:
    """How much a loop alone looks like a shoulder circle: log odds, about.

    The weights began as those of a logistic regression of circles against what walking, fidgeting, shrugs,
    bows and the like draw in simulated sessions, and were then adjusted by hand. But for the size, each term is
    0 for the ideal circle.
    """
    lever_noise_m = _sway_as_lever_m(loop.duration_s, loop.elevation_deg)
    off_lever = abs(loop.lever_m - LEVER_M) / hypot(LEVER_SPREAD_M, LEVER_NOISE_M, lever_noise_m, loop.lever_sd_m)
    forward_noise_m = _sway_as_lever_m(loop.duration_s, loop.yaw_deg)
    off_forward = max(0.2 - loop.forward_lever_m, 0.0) / hypot(0.1, forward_noise_m, loop.forward_lever_sd_m)
    off_shape = abs(log(loop.yaw_deg / loop.elevation_deg / 0.7))
    return (
        12.6
        - 8.5 * min(max(loop.closure - SWAY_DEG / loop.elevation_deg, 0.0), 1.5)
        - 1.8 * min(loop.yaw_closure, 1.5)
        - 4.0 * min(off_shape, 2.0)
        - 8.0 * max(1.0 - loop.roundness, 0.0)
        - 1.5 * min(max(loop.roundness - 1.0, 0.0), 0.6)
        - 2.0 * min(loop.unexplained_rms, 0.6)
        - 15.0 * max(loop.unexplained_rms - 0.35 - 0.35 * loop.force_rms, 0.0)
        - 6.0 * min(loop.fullest_quarter - 0.25, 0.4)
        - 6.0 * min(abs(loop.rise_share - 0.47), 0.4)
        - 2.3 * min(off_lever, 4.0)
        - 2.0 * min(off_forward, 3.0)
        - smallness(loop.elevation_deg)
        - 4.0 * (min(max(loop.duration_s / 8.0, 1.0), 2.0) - 1.0)
        - 1.5 * (min(max(1.2 / loop.duration_s, 1.0), 2.0) - 1.0)
    )


def _sway_as_lever_m(duration_s: float, range_deg: float) -> float:
    """Lever that sway seems to add: its acceleration over the angular acceleration of such a circle."""
    return SWAY_M_S2 * (duration_s / (2.0 * pi)) ** 2 / radians(0.5 * range_deg)


def smallness(elevation_deg: float) -> float:
    """How much a small range speaks against a circle: sway, breathing and fidgeting are small."""
    return 5.0 * min(pow(5.5 / elevation_deg, 1.5), 4.0)


def smallness_among(before: Loop, after: Loop) -> float:
    """How much of that a larger loop before makes up for: a small circle among larger ones is as good."""
    usual_deg = max(after.elevation_deg, 0.8 * before.elevation_deg)
    return smallness(after.elevation_deg) - smallness(usual_deg)


def swing_score(loop: Loop) -> float:
    """`loop_score` for a sensor without gyroscope, which sees a swing and not its loop."""
    off_lever = abs(loop.lever_m - SWING_LEVER_M) / hypot(LEVER_SPREAD_M, LEVER_NOISE_M, loop.lever_sd_m)
    return (
        6.5
        - 8.5 * min(loop.closure, 1.5)
        - 2.0 * min(loop.unexplained_rms, 0.6)
        - 6.0 * min(abs(loop.rise_share - 0.47), 0.4)
        - 2.3 * min(off_lever, 4.0)
        - smallness(loop.elevation_deg)
        - 4.0 * (min(max(loop.duration_s / 8.0, 1.0), 2.0) - 1.0)
    )


def neighbour_score(before: Loop, after: Loop, has_gyroscope: bool) -> float:
    """How much two loops in a row look like circles of one set: log odds, about."""
    score = 2.3 - 3.5 * abs(log(after.duration_s / before.duration_s))
    score -= 5.0 * abs(after.start_s - before.end_s) / before.duration_s
    if not has_gyroscope:
        score -= 2.0 * abs(log(after.elevation_deg / before.elevation_deg))
    else:
        turn = _dot(before.area, after.area) / sqrt(_dot(before.area, before.area) * _dot(after.area, after.area))
        score -= 20.0 * min(1.0 - abs(turn), 0.6) + (4.0 if turn < 0 else 0.0)
    return score


def _may_follow(before: Loop, after: Loop) -> bool:
    """Whether two loops can be of one set at all."""
    pause_s = after.start_s - before.end_s
    shorter_s, longer_s = before.end_s - before.start_s, after.end_s - after.start_s
    if longer_s < shorter_s:
        shorter_s, longer_s = longer_s, shorter_s
    if not -MOST_OVERLAP * shorter_s <= pause_s <= 0.5 * shorter_s + 0.4:
        return False
    smaller_deg, larger_deg = sorted((before.elevation_deg, after.elevation_deg))
    narrower_deg, wider_deg = sorted((before.yaw_deg, after.yaw_deg))
    return (
        longer_s <= LONGEST_TO_SHORTEST * shorter_s
        and larger_deg <= LARGEST_TO_SMALLEST * smaller_deg
        and wider_deg <= WIDEST_TO_NARROWEST * narrower_deg
        and _dot(before.up_axis, after.up_axis) >= SAME_MOUNT
    )


def upward_evidence(loops: Iterable[Loop], reference: Loop, has_gyroscope: bool) -> float:
    """Log likelihood ratio that the high point of `reference` is high rather than low.

    Vertical acceleration is opposite to vertical position, and level acceleration to level position. So the
    force tells a lever along which the elevation moves the clip, positive if up is up; and the level force
    tells one for the yaw, positive if `up_axis` is the axis about which elevation turns, on either shoulder.
    What the accelerometer's bias and misalignment add is common to all loops and does not average out.
    """
    loops = list(loops)
    signs = [1.0 if _dot(loop.up_axis, reference.up_axis) > 0 else -1.0 for loop in loops]
    evidence = _lever_evidence(
        [sign * loop.lever_m for sign, loop in zip(signs, loops)],
        [loop.lever_sd_m for loop in loops],
        *(LEVER_M, LEVER_SPREAD_M, LEVER_NOISE_M),
    )
    if has_gyroscope:
        evidence += _lever_evidence(
            [sign * loop.forward_lever_m for sign, loop in zip(signs, loops)],
            [loop.forward_lever_sd_m for loop in loops],
            *(FORWARD_LEVER_M, FORWARD_LEVER_SPREAD_M, FORWARD_LEVER_NOISE_M),
        )
    return evidence


def _lever_evidence(
    levers_m: list[float], sds_m: list[float], mean_m: float, spread_m: float, noise_m: float
) -> float:
    weights = [1.0 / (sd * sd + noise_m * noise_m) for sd in sds_m]
    total = sum(weights)
    lever = sum(weight * lever for weight, lever in zip(weights, levers_m)) / total
    common = sum(weight * sd for weight, sd in zip(weights, sds_m)) / total
    return 2.0 * mean_m * lever / (spread_m**2 + common**2 + noise_m**2 / len(levers_m))
