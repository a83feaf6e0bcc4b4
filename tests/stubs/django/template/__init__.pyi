from typing import Any

class Origin:
    name: str
    def __init__(
        self, name: str, template_name: str | None = ..., loader: object = ...
    ) -> None: ...

class TemplateDoesNotExist(Exception):
    def __init__(
        self, msg: str, tried: list[tuple[Origin, str]], backend: object
    ) -> None: ...

class TemplateSyntaxError(Exception):
    template_debug: dict[str, Any]
