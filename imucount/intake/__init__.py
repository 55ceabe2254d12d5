"""What a signal says of itself, as it comes in: each stage hears one thing, and has one sentence for it."""
