"""ByteSize() of a message that isn't set (C memory).

See https://github.com/protocolbuffers/upb/issues/1243.
"""

from google.protobuf.type_pb2 import Type

p = Type()


def fn(p):
    return p.source_context.ByteSize()


args = (p,)
