"""The whole job in a minute, offline: a made-up regulator's site on loopback, three days of its life, and everything we do about them."""
