"""Programs that show what the packages can do: each asserts its own claim and writes its pictures to a folder."""

import os

# Matrices as small as these gain nothing from threads; on a busy machine, threads that wait for each other cost a factor of
# ten. NumPy reads this when it is imported, so it stands here, before that.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
