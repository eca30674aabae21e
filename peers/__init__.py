"""Real identity providers and service providers on loopback, and what doctor says of their messages.

Each identity provider is installed by package name, started with fresh keys, and made to send a good response
and broken ones (`variant.VARIANTS`); doctor must give each the right headline. Then other service providers
judge the same responses, and each difference to doctor's verdict must be a named leniency (`difference.py`).
`python -m peers --help` shows how to run it.
"""
