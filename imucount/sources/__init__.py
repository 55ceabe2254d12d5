"""Where samples come from as they are taken: a sensor clip, a recording played back, a virtual clip."""
