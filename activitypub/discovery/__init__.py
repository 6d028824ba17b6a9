"""How strangers find us and we them: WebFinger and NodeInfo documents, built and read."""
