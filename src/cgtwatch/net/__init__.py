"""The one guarded way out to the network: a `NetRequest` comes in, a `NetAnswer` or a `NetFailure` goes out.

It must not raise for anything a peer does, read the environment, follow a redirect unseen, or connect to an address that is
not public unless the operator allowed it. Nothing else in the project imports requests.
"""
