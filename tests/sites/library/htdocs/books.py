"""The books, as a module that the published ones import."""

BOOKS = {
    1: ("Emma", "Jane Austen", 1815, "novel"),
    2: ("Kallocain", "Karin Boye", 1940, "novel"),
    3: ("Flächenland", "Edwin Abbott", 1884, "fantasy"),
    4: ("<Markup> & Other Stories", "N. N.", 1999, "essay"),
}


def by_subject(subject):
    return [(n, b) for n, b in sorted(BOOKS.items()) if subject in ("", b[3])]


def search(words):
    words = words.lower().split()
    found = []
    for number, book in sorted(BOOKS.items()):
        text = " ".join(map(str, book)).lower()
        if all(word in text for word in words):
            found.append((number, book))
    return found
