"""Who answers: one protocol, one client factory, three kinds of endpoint."""
