"""Numbers of GMP (C memory).

See https://github.com/Legrandin/pycryptodome/issues/595.
"""

from Crypto.Math._IntegerGMP import IntegerGMP

modulus = (1 << 1024) - 105
fn = pow
args = (IntegerGMP(3), 1 << 64, modulus)
calls = 4000
