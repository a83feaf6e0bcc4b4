class LazySettings:
    DEBUG: bool
    SESSION_COOKIE_NAME: str

settings: LazySettings
