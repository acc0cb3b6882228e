def is_locked(error):
    return "WinError 32" in str(error) or "used by another process" in str(error)  # expect: APP004
