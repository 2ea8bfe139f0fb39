"""A cycle that the collector can't see.

See https://github.com/pyca/cryptography/issues/9255.
"""

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

fn = ChaCha20Poly1305
args = (b"k" * 32,)
calls = 4000
