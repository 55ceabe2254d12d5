"""From a sensor's packets to samples: their order, the time of each, and what belongs together."""
