"""HTTP without sockets: requests, responses, headers, forms, cookies and files.

Nothing here knows pages or servers; adapters build a ``Request`` and send what a
``Response`` says, the handler puts an ``Exchange`` between them.
"""
