"""People: who of a workspace is who on GHES, and acting there in their name."""
