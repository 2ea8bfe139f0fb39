"""The loops, and each way to call one."""
