"""The only reader of the environment and of sources.yaml.

Comes in: an environment, a working directory, the path of a sources file, and what other rooms know (kinds, issuers, checks for
expressions), handed in by `app`. Goes out: frozen `Settings` and `Source` values, or one `ConfigError` with every
mistake. It must not open the network or the database, nor import another room.
"""
