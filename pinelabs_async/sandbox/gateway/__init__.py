"""The operations: one file a resource, one plain function an operation."""
