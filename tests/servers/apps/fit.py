"""Work that joblib spreads over the processes of loky."""

from holding import hold
from joblib import Parallel, delayed

if __name__ == "__main__":
    for process in Parallel(n_jobs=2)(delayed(hold)() for _ in range(12)):
        print(process)
