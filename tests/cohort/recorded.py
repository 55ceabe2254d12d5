"""A small cohort: two wearers with both sides, one of them without reps, and a file that is no recording."""

from imucount import Recording, write_csv
from imucount.simulate import Circles, Movement, Wearer, simulate

STILL = Movement("standing", 3.0)
COUNTED = {"ann/left.csv": 3, "ann/right.csv": 4, "bob/left.csv": 0, "bob/right.csv": 5}
POISONED = "ann/poison.csv"


def write_cohort(folder):
    for seed, (name, reps) in enumerate(COUNTED.items(), 1):
        side = name.split("/")[1].removesuffix(".csv")
        circles = [Circles(reps, "forward", period_s=2.5)] if reps else []
        samples = simulate([STILL, *circles, STILL], wearer=Wearer(side=side), seed=seed).samples
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        write_csv(folder / name, Recording(samples, side))
    (folder / POISONED).write_text("hello\n")
    return folder
