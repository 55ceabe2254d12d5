"""Form: how well circles were made, as far as a clip on one shoulder can honestly tell."""

from imucount.form.arm import ArmMeter, arm_ranges_deg, tilt_range_deg
from imucount.form.measures import Form, FormMeter, Point, SetForm, form_of
from imucount.form.record import forms_of_json, forms_to_json
from imucount.form.smoothness import spectral_arc_length

__all__ = [
    "ArmMeter",
    "Form",
    "FormMeter",
    "Point",
    "SetForm",
    "arm_ranges_deg",
    "form_of",
    "forms_of_json",
    "forms_to_json",
    "spectral_arc_length",
    "tilt_range_deg",
]
