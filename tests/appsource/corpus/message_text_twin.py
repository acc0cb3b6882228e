def is_locked(error):
    return getattr(error, "winerror", None) in (32, 33)
