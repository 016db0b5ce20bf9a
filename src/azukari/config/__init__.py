"""Settings, URL table and server entry: the only package that reads the environment."""
