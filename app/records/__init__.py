"""The only place that reads and writes the database: one module a record, one function an act."""
