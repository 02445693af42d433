"""The second factor: a code from an authenticator (TOTP), or a recovery code."""
