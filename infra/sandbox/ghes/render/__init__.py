"""How things look in JSON: one module for each family, pure functions of the world and the thing."""
