"""A person guided through a programme: what is said and shown when, and what their circles look like."""
