"""Healthy and broken SAML metadata and certificates, made when a test asks for them.

Keys live in memory for one process; no file holds a private key. `providers.healthy` writes what
a product publishes when all is well, `broken.PATIENTS` are one-change copies of such files.
"""
