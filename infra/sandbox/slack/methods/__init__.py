"""Web API methods, one file a family; each has a table `METHODS`, from the name to the row (`call.Method`)."""
