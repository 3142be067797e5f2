"""How a call is made: operations, token, attempts, transport, conversion. Knows no endpoint."""
