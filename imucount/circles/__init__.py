"""Shoulder circles: from six channels to the shoulder plane, its loops, and the circles among them."""
