"""Many recordings: each counted in a worker, all put together into tables, and tables compared."""
