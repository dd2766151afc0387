"""Text whose lines may be joined again: format=flowed (RFC 3676)."""


def unflowed(text: str, delsp: bool = False) -> str:
    """`text` with its soft line breaks undone (§4.2). The signature line `-- ` is never soft; quote depths are not mixed."""
    if " \n" not in text:
        return text
    out: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        body = line[depth:]
        if body.startswith(" "):
            body = body[1:]  # space stuffing, §4.4
        soft = body.endswith(" ") and body != "-- "
        if soft and delsp:
            body = body[:-1]
        if depth == open_depth and body != "-- ":
            out[-1].append(body)
        else:
            out.append([">" * depth + (" " if depth and body else ""), body])
        open_depth = depth if soft else -1
    return "\n".join("".join(pieces) for pieces in out)
