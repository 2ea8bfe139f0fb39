"""The order of the locks is read from a log, as a lock checker does: no thread has to meet one."""

from contextlib import suppress
from types import ModuleType

from gilext.course.grading import NotYet


def check(module: ModuleType) -> None:
    """Move back and forth, with various balances, from poor accounts, and to oneself."""
    for balances in ((500, 100), (100, 500)):
        a, b = module.Account(1, balances[0]), module.Account(2, balances[1])
        _check_order(_locks(module, a, b, 50), _locks(module, b, a, 30))
        if (a.balance, b.balance) != (balances[0] - 20, balances[1] + 20):
            raise NotYet(f"The balances are {a.balance} and {b.balance}.")
        _check_order(_locks(module, a, b, 9999), _locks(module, b, a, 9999))
    rich, poor = module.Account(5, 900), module.Account(4, 0)
    _check_order(_locks(module, rich, poor, 600), _locks(module, poor, rich, 600))
    _check_order(_locks(module, rich, poor, 600), _locks(module, rich, poor, 200))
    _locks(module, rich, rich, 100)
    if (rich.balance, poor.balance) != (100, 800):
        raise NotYet(f"The balances are {rich.balance} and {poor.balance} instead of 100 and 800.")


def _locks(module: ModuleType, source: object, target: object, amount: int) -> list[int]:
    """Move an amount, and return which locks were taken, in order."""
    with suppress(ValueError):
        module.move(source, target, amount)
    log: list[int] = module.lock_log()
    taken = [number for number in log if number > 0]
    if sorted(taken) != sorted(-number for number in log if number < 0):
        raise NotYet(
            f"move() locked {taken}, and some of them are still locked after it: the next move "
            "would wait forever.\n\nEach way out has to drop what was taken."
        )
    return taken


def _check_order(there: list[int], back: list[int]) -> None:
    if len(there) != 2 or len(back) != 2:
        raise NotYet(
            f"move() locked {there} one way, and {back} the other. It changes two balances, so it "
            "has to lock both accounts."
        )
    if there != back:
        raise NotYet(
            f"One move locked account {there[0]} and then {there[1]}, another one {back[0]} and "
            f"then {back[1]}: the same two locks in two orders.\n\nIn two threads each can have "
            "its first lock and wait for the other's, forever. The order must not depend on the "
            "direction, nor on the balances."
        )
