"""How small a thread's stack may be while a long chain of nodes is freed on it."""

import sys

#: Bytes. CPython 3.13 frees a chain by thousands of nested calls before it queues the rest; others queue after 50.
SMALL = (1024 if sys.version_info[:2] == (3, 13) else 256) * 1024
