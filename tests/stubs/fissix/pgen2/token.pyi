NEWLINE: int
SEMI: int
STRING: int
