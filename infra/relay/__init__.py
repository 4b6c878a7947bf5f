"""The relay on AWS: its template, and what makes the zip that it deploys."""
