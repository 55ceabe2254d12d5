"""CircleSelector: which loops are shoulder circles, which way is up, and which direction they turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import exp, inf
from statistics import fmean

from imucount.circles.flaws import Flaw, flaw_of, least_elevation_deg
from imucount.circles.given_up import ENOUGH_TO_COMPARE, given_up, least_roundness
from imucount.circles.loops import Loop
from imucount.circles.misses import Miss
from imucount.circles.neighbours import LONGEST, SHORTEST
from imucount.circles.scores import (
    Traits,
    chance_of_circle,
    costs_in_chance,
    dot,
    drawing_costs,
    drawing_score,
    neighbour_score,
    odd_costs,
    oddness,
    rest_evidence,
    turns_back,
    unlikeness,
    upward_evidence,
)
from imucount.circles.succession import (
    LONGEST_TO_SHORTEST,
    MOST_OVERLAP,
    SAME_MOUNT,
    are_alike,
    follows,
    goes_on,
    longest_stop_s,
    resumes,
)
from imucount.circles.watch import CircleWatch
from imucount.reps import Direction
from imucount.sets import Side
from imucount.signals import Verdict

__all__ = ["Circle", "CircleSelector"]

COUNTED_SCORE = 5.0
"""Loops that together score more are circles. Measured: no false ones in hours of simulated other movement
except for sitting, fidgeting and, rarely, arm swings."""

GOING_ON_SCORE = 1.5
"""A loop that follows one that counts needs less."""

SINGLE_SCORE = 4.7
"""A loop that nothing follows needs this score alone."""

SINGLE_CLOSURE = 0.42
"""And it ends where it began, within this share of its range: fidgeting goes on from where it came to."""

SINGLE_HEIGHT = 0.35
"""And starts where the shoulder rested, within this share of its range; simulated single ones within 0.08."""

LEAST_CHANCE = 0.5
"""Loops that are circles less often than this are none, however many they are."""

WAIT_SHARE, LEAST_WAIT_S = 1.3, 1.2
"""A loop is taken for the last one when nothing has followed it for so many of its lengths, or this: the next
circle of a set may be longer by twice the published spread of 11 %, and a bit."""

CERTAIN_EVIDENCE = 3.0
"""Odds of 20 to 1 for a direction are waited for while a set goes on."""

SURE_EVIDENCE = 8.0
"""Odds of 3000 to 1, beside which the rest before a set says nothing."""

LEAST_EVIDENCE = 2.2
"""Odds of 9 to 1 are the least for which a direction is told."""

LEAST_DRAWING = 0.0
"""A loop that closes worse, or is flatter, than this is none of a set, whatever its neighbours are."""

WEAK_LINK = 2.0
"""By so much a neighbour may lower the score of a chain: a first or last circle is often incomplete."""

RESUMED_LENGTH, RESUMED_TOTAL = 3, 4.0
"""A set of so many loops goes on after a stop, a circle held or one drawn badly; what comes then is taken for its
next circle with these odds, which is less than at once after it."""

MISSED_SCORE, LEAST_MISSED = 5.0, 19.0
"""Loops that are as round and as alike as circles are told of where they do not count: so much for each, and
two perfect ones at least."""

NEARLY_SINGLE = 3.0
"""A single loop that begins at rest is told of when it scores so much, two thirds of what counts."""

REMEMBERED_S = 30.0
"""Loops that ended longer ago are followed by none."""

JOINED = 0.2
"""A pause of less than this share of a circle is none: one ends where the next starts."""

SAME_SET = 1.5
"""For so many lengths of the last circle what follows is of its set, and has the same way up."""

SAME_AXIS = 0.5
"""Cosine of 60 deg: axes of elevation that are one in a set."""

FAR_FROM_REST, STILL_ELSEWHERE_S = 0.4, 15.0
"""Circles come down to where the arms hang, nearer than this share of their elevation to where the shoulder was
last still, up and down and across. Arms held out, or a head that is bent, turn round elsewhere. And until they
have rested, for so long, what follows is elsewhere, too."""

DOUBTFUL_SHARE, MOST_DOUBTFUL, DOUBTFUL_CHANCE = 0.7, 0.6, 0.55
"""With less than this share of it a loop counts, but may as well have been given up: half of those in
simulated hesitant sets were."""

ALONE_CHANCE, BESIDE_CHANCE = 0.8, 0.9
"""A circle that no other confirms, and one found only by what is beside it, are right less often by so much."""

ENOUGH = 12
"""So many circles tell which way is up as well as more would."""

MOST_TOTAL = 12.0
"""What a chain may hand on: after three good circles one more adds nothing to be sure of."""


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
    told_s : float
        Time at which it became certain, s: what follows says nothing about it.
    """

    start_s: float
    end_s: float
    loop: Loop
    direction: Direction
    confidence: float
    told_s: float


@dataclass(slots=True, eq=False)
class _Link:
    """A loop in a chain of loops that resemble each other."""

    loop: Loop
    drawing: float
    total: float
    odd: float  # what was taken off the total for what its loops share
    traits: Traits
    length: int
    previous: _Link | None
    due_s: float
    counted: bool = False
    far: float | None = None  # from where the shoulder rested, as near as its chain has come


HasRested = Callable[[Loop, float, float, float], bool]
"""Whether the shoulder was still for a rest, beside the size of a loop, between two times and as seen at a
third, s."""

RestHeight = Callable[[Loop, float], "float | None"]
"""Where the shoulder rested before a loop, as seen at a time, s: 0 at its low points, 1 at its top; None where
it had not rested, or that cannot be seen."""

FarFromRest = Callable[[Loop, Loop, float], "float | None"]
"""How far from where the shoulder was stillest before one loop another of its set is low, as seen at a time, s: as
a share of its elevation; None where it was not still, or that cannot be seen."""

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
    has_rested : callable
        Tells a rest from a stop.
    rest_height : callable
        Tells where the shoulder rested before a loop.
    far_from_rest : callable
        Tells how far from there circles are low.
    watch : CircleWatch, optional
        Is told of each loop why it counts, or why not.
    """

    def __init__(
        self,
        side: Side | None,
        has_gyroscope: bool,
        min_reps: int,
        look_beside: LookBeside,
        has_rested: HasRested,
        rest_height: RestHeight,
        far_from_rest: FarFromRest,
        watch: CircleWatch | None = None,
    ) -> None:
        self._watch = watch
        self._look_beside = look_beside
        self._has_rested = has_rested
        self._rest_height = rest_height
        self._far_from_rest = far_from_rest
        self._side = side
        self._has_gyroscope = has_gyroscope
        self._min_reps = min_reps
        self._links: list[_Link] = []
        self._waiting: list[_Link] = []
        self._last: Loop | None = None
        self._last_up: tuple[float, float, float] | None = None
        self._same_mount: list[Loop] = []
        self._end_s = -inf
        self._elsewhere = (-inf, 0.0)  # when a loop far from rest ended, and how far
        self._latest: Circle | None = None
        self._misses: list[Miss] = []

    @property
    def misses(self) -> list[Miss]:
        """What went round several times and was not counted."""
        return list(self._misses)

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
        return self._last_up is not None and dot(up_axis, self._last_up) < -SAME_AXIS

    def finish(self) -> list[Circle]:
        """Decide on everything that was held back."""
        return self.close(inf)

    def add(self, loop: Loop) -> list[Circle]:
        """Take the next loop, return the circles that it makes certain."""
        flaw = flaw_of(loop, self._has_gyroscope)
        if flaw is not None:
            return self._reject(loop, *flaw)
        drawing = drawing_score(loop, self._has_gyroscope)
        traits = Traits.of(loop)
        odd = oddness(traits, self._has_gyroscope)
        due_s = loop.known_s + max(WAIT_SHARE * loop.duration_s, LEAST_WAIT_S)
        link = _Link(loop, drawing, drawing - odd, odd, traits, 1, None, due_s)
        best = -inf
        soonest_s = -MOST_OVERLAP * loop.duration_s
        latest_s = longest_stop_s(LONGEST_TO_SHORTEST * loop.duration_s)
        self._links = [other for other in self._links if other.loop.end_s > loop.end_s - REMEMBERED_S]
        for other in self._links:
            if not soonest_s <= loop.start_s - other.loop.end_s <= latest_s:  # cheap, and so of most
                continue
            is_next = follows(other.loop, loop)
            if not is_next and not (
                other.counted and other.length >= RESUMED_LENGTH and resumes(other.loop, loop)
            ):
                continue
            if not are_alike(other.loop, loop):
                continue
            handed_on = min(other.total, MOST_TOTAL if is_next else RESUMED_TOTAL)
            near = neighbour_score(other.loop, loop, self._has_gyroscope)
            if not is_next:
                near -= unlikeness(other.traits, traits, self._has_gyroscope)
            alike = handed_on + other.odd + near
            if alike < -WEAK_LINK:
                continue
            common = other.traits.and_of(traits)
            odd = oddness(common, self._has_gyroscope)
            if drawing < LEAST_DRAWING or alike + drawing - odd <= best:
                continue
            if is_next or not self._has_rested(loop, other.loop.end_s, loop.start_s, loop.known_s):
                best = alike + drawing - odd
                link.total, link.odd, link.traits = best, odd, common
                link.previous, link.length = other, other.length + 1
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
                self._note_miss(link)
        return circles + self._follow(now_s)

    def _note_miss(self, link: _Link) -> None:
        """Keep a chain that nothing follows, and that was not counted though its loops are round and alike."""
        n = link.traits.n
        if n == 1:
            if link.total < NEARLY_SINGLE or link.counted or self._is_taken(link.loop):
                return
            if self._flaw_alone(link.loop, link.due_s) is not None:
                return
        elif link.total + link.odd < max(MISSED_SCORE * n, LEAST_MISSED):
            return
        first = link
        while first.previous is not None:
            if first.counted or self._is_taken(first.loop):
                return
            first = first.previous
        miss = Miss(first.loop.start_s, link.loop.end_s, link.traits, self._has_gyroscope)
        if self._last is not None and miss.start_s < self._last.end_s:
            return
        others = [each for each in self._misses if each.overlaps(miss.start_s, miss.end_s)]
        if all(each.traits.n < n for each in others):
            self._misses = [each for each in self._misses if each not in others] + [miss]

    def _decide(self, link: _Link, last: bool, now_s: float) -> list[Circle]:
        loop = link.loop
        if link.counted or self._is_taken(loop):
            return []
        single = link.length < max(self._min_reps, 2)
        counts_on = link.previous is not None and link.previous.counted
        needed = SINGLE_SCORE if single else GOING_ON_SCORE if counts_on else COUNTED_SCORE
        if link.total < needed:
            return self._reject(loop, "unlike", {"score_needed": needed}, link)
        if single and self._min_reps > 1 and not (last and self._min_reps == 2):
            return self._reject(loop, "few", {"alike_needed": self._min_reps}, link)
        if single and self._min_reps > 1 and (flaw := self._flaw_alone(loop, now_s)) is not None:
            return self._reject(loop, *flaw, link)
        least_deg = least_elevation_deg(link.traits)
        if link.traits.mean_elevation_deg < least_deg:
            return self._reject(loop, "small", {"elevation_needed_deg": least_deg}, link)
        chain = [link]
        while (earlier := chain[-1].previous) is not None and not (earlier.counted and len(chain) >= ENOUGH):
            chain.append(earlier)
        chain.reverse()
        loops = [each.loop for each in chain]
        if not last and self._turns_back(loops[-2:]) and not (len(loops) > 2 and self._turns_back(loops[-3:])):
            return self._reject(loop, "turned back", {}, link)
        begins = not any(each.counted for each in chain) and not self._comes_after_its_like(loops[0])
        if begins and self._min_reps > 1 and (far := self._far(chain, now_s)) > FAR_FROM_REST:
            self._elsewhere = (loop.end_s, far)
            return self._reject(
                loop, "elsewhere", {"far_from_rest": far, "far_from_rest_most": FAR_FROM_REST}, link
            )
        if self._min_reps > 1:
            chance = self._chance(chain, fmean(each.drawing for each in chain))
            if chance < LEAST_CHANCE:
                return self._reject(loop, "doubtful", {"chance": chance, "chance_needed": LEAST_CHANCE}, link)
        evidence = self._evidence(loops, loop)
        if evidence < SURE_EVIDENCE:
            evidence += rest_evidence(self._rest_height(chain[0].loop, now_s))
        least_evidence = LEAST_EVIDENCE if last else CERTAIN_EVIDENCE
        if evidence < least_evidence and not (last and abs(evidence) < LEAST_EVIDENCE):
            numbers = {"upward_evidence": evidence, "upward_evidence_needed": least_evidence}
            return self._reject(loop, "upside down", numbers, link)
        circles = []
        back = given_up(loops) if self._has_gyroscope else []
        if back and not last and len(loops) < ENOUGH_TO_COMPARE:
            return self._reject(loop, "given up", {}, link)
        half_round = least_roundness(loops) if self._has_gyroscope else 0.0
        before = [self._last] if self._last is not None and goes_on(self._last, loops[0]) else loops[:1]
        for each, *around in zip(chain, [*before, *loops], loops, [*loops[1:], loops[-1]]):
            half_way = each.loop in back or each.loop.roundness < half_round
            if half_way or self._turns_back(around):
                if not each.counted and half_way:
                    self._reject(each.loop, "given up", {"roundness_needed": half_round}, each)
                elif not each.counted:
                    self._reject(each.loop, "turned back", {}, each)
                each.counted = True  # its set goes on
            elif not each.counted and not self._is_taken(each.loop):
                before_s = self._end_s
                circle = self._count(each, chain, evidence, now_s)
                circles += [*self._precede(circle, before_s, now_s), circle]
        return circles

    def _reject(
        self, loop: Loop, why: Verdict, numbers: Mapping[str, float], link: _Link | None = None
    ) -> list[Circle]:
        """Count no circle, and tell why where somebody wants to know."""
        if self._watch is not None:
            of_chain = {} if link is None else _numbers(link, self._has_gyroscope)
            self._watch.judge(loop, why, {**of_chain, **numbers}, self._against(why, link))
        return []

    def _against(self, why: Verdict, link: _Link | None) -> dict[str, float]:
        """Tell what each trait spoke against it, where that decided."""
        if link is None or why not in ("unlike", "doubtful"):
            return {}
        of_drawing = drawing_costs(link.loop, self._has_gyroscope)
        odd = odd_costs(link.traits, self._has_gyroscope)
        return of_drawing | odd if why == "unlike" else costs_in_chance(of_drawing, odd, link.traits.n)

    def _chance(self, chain: list[_Link], drawing: float) -> float:
        """How often a loop that is drawn so well, in such a chain, is a circle."""
        last = chain[-1]
        return chance_of_circle(
            drawing, fmean(each.drawing for each in chain), len(chain), last.odd / last.traits.n
        )

    def _comes_after_its_like(self, loop: Loop) -> bool:
        """Whether a circle that counted ended so shortly before that the arms need not have rested since."""
        last = self._last
        return last is not None and loop.start_s - last.end_s < STILL_ELSEWHERE_S and are_alike(last, loop)

    def _far(self, chain: list[_Link], now_s: float) -> float:
        """Tell how far from rest a chain has stayed, so far; 0 where it cannot be seen.

        It is looked at until it has `ENOUGH` loops: of more, one comes near by chance.
        """
        first = chain[0]
        if self._has_gyroscope and (first.far is None or len(chain) <= ENOUGH):
            far = self._far_from_rest(first.loop, chain[-1].loop, now_s)
            before_s, before = self._elsewhere
            if first.far is None and far is None and first.loop.start_s < before_s + STILL_ELSEWHERE_S:
                far = before  # nothing has rested since
            first.far = min((each for each in (first.far, far) if each is not None), default=None)
        return first.far or 0.0

    def _flaw_alone(self, loop: Loop, now_s: float) -> Flaw | None:
        """Tell for what a single loop is no circle: it begins at rest, down where it ends, or soon after its like.

        Who puts on a jacket moves before, too.
        """
        if loop.closure > SINGLE_CLOSURE:
            return "alone", {"closure_most": SINGLE_CLOSURE}
        last = self._last
        if last is not None and goes_on(last, loop) and are_alike(last, loop):
            return ("turned back", {}) if self._has_gyroscope and turns_back(last, loop) else None
        height = self._rest_height(loop, now_s)
        if height is None:
            return "alone", {}
        if abs(height) > SINGLE_HEIGHT:
            return "alone", {"rest_height": height, "rest_height_most": SINGLE_HEIGHT}
        return None

    def _turns_back(self, loops: list[Loop]) -> bool:
        """Whether each of two or three loops in a row goes round the other way than the one before.

        Who gives a circle up goes back inside of it, and so draws a flat loop of the other sense. So the first
        loop of a sense waits for the next one, or for the end of the set.
        """
        return (
            self._has_gyroscope
            and len(loops) > 1
            and all(turns_back(one, other) for one, other in pairwise(loops))
        )

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
            found.append(_beside(circle, start_s, loop, now_s))
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
            found.append(_beside(latest, self._end_s, loop, limit_s))
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
        """Weigh which way is up by a chain and by what was counted before it, with the clip where it is."""
        before = [each for each in self._same_mount if abs(dot(each.up_axis, loop.up_axis)) > SAME_MOUNT]
        return upward_evidence(
            [*(each for each in before if each not in chain), *chain], loop, self._has_gyroscope
        )

    def forget_mount(self) -> None:
        """Forget which way was up: the clip has been moved."""
        self._same_mount.clear()
        self._last_up = None

    def _count(self, link: _Link, chain: list[_Link], evidence: float, now_s: float) -> Circle:
        loop = link.loop
        start_s = loop.start_s
        if abs(start_s - self._end_s) <= JOINED * loop.duration_s or start_s < self._end_s:
            start_s = self._end_s
        self._end_s = loop.end_s
        link.counted = True
        if self._misses and self._misses[-1].end_s > start_s:
            self._misses = [each for each in self._misses if not each.overlaps(start_s, loop.end_s)]
        self._last, self._last_up = loop, loop.up_axis
        link.previous = None if link.length > ENOUGH else link.previous
        self._same_mount = [*self._same_mount[1 - ENOUGH :], loop]
        confidence = self._chance(chain, link.drawing)
        loops = [each.loop for each in chain]
        if self._has_gyroscope and loop.roundness < least_roundness(loops, DOUBTFUL_SHARE, MOST_DOUBTFUL):
            confidence *= DOUBTFUL_CHANCE
        if len(chain) == 1:
            confidence *= ALONE_CHANCE
        direction: Direction = "unknown"
        if self._side is not None and self._has_gyroscope and loop.sense != 0 and abs(evidence) >= LEAST_EVIDENCE:
            direction = "forward" if (loop.sense < 0) == (self._side == "right") else "backward"
            confidence *= 1.0 / (1.0 + exp(-min(evidence, 20.0)))
        if self._watch is not None:
            numbers = _numbers(link, self._has_gyroscope) | {"upward_evidence": evidence}
            self._watch.judge(loop, "counted", numbers, {})
        self._latest = Circle(start_s, loop.end_s, loop, direction, confidence, now_s)
        return self._latest


def _beside(circle: Circle, start_s: float, loop: Loop, told_s: float) -> Circle:
    """Make a circle of the loop that was found beside one."""
    confidence = BESIDE_CHANCE * circle.confidence
    return Circle(start_s, loop.end_s, loop, circle.direction, confidence, told_s)


def _numbers(link: _Link, has_gyroscope: bool) -> dict[str, float]:
    traits = link.traits
    numbers = {
        "score": link.total,
        "alike": link.length,
        "set_elevation_deg": traits.mean_elevation_deg,
        "set_lever_m": traits.mean_lever_m,
    }
    if has_gyroscope:
        numbers |= {
            "set_shape": traits.mean_shape,
            "set_forward_lever_m": traits.mean_forward_lever_m,
            "set_from_above": traits.mean_from_above,
        }
    return numbers
