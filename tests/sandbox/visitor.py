"""Someone who looks at the sandbox's page and presses its buttons, without a browser."""

from html.parser import HTMLParser

import attrs


@attrs.define
class Form:
    """A form, and the row that it is in."""

    fields: dict[str, str] = attrs.field(factory=dict)
    buttons: list[tuple[str, str]] = attrs.field(factory=list)
    row: list[str] = attrs.field(factory=list)


class Page(HTMLParser):
    """What a page shows: the rows of its lists, its forms and its links."""

    def __init__(self, html):
        super().__init__()
        self.html = html
        self.rows: dict[str, list[list[str]]] = {}
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.note = ""
        self._section = ""
        self._cell = False
        self._note = False
        self._open: list[Form] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.tags.append(tag)
        if tag == "section":
            self._section = named["id"]
        elif tag == "tr":
            self.rows.setdefault(self._section, []).append([])
        elif tag == "td":
            self._cell = True
            self._row.append("")
        elif tag == "form":
            self.forms.append(Form(row=self._row if self._cell else []))
        elif tag == "input":
            self.forms[-1].fields[named["name"]] = named["value"]
        elif tag == "button":
            self.forms[-1].buttons.append((named["name"], named["value"]))
        elif tag == "a":
            self.links.append(named["href"])
        elif tag == "p" and named.get("id") == "note":
            self._note = True

    def handle_endtag(self, tag):
        if tag == "td":
            self._cell = False
        elif tag == "p":
            self._note = False

    def handle_data(self, data):
        self.text += data
        if self._cell:
            self._row[-1] += data
        if self._note:
            self.note += data

    @property
    def _row(self):
        return self.rows[self._section][-1]

    def list(self, section):
        """Return the rows of a list; the one of its heads has no cells."""
        return [row for row in self.rows.get(section, []) if row]

    def row(self, section, about):
        """Return the one row of a list that has a text in it."""
        [found] = [row for row in self.list(section) if about in " ".join(row)]
        return found


class Visitor:
    """Loads the page, and presses what is on it."""

    def __init__(self, box, http):
        self.box, self.http = box, http

    async def fetch(self, path="/", *, method="GET", **sent):
        async with self.http.request(method, path, allow_redirects=False, **sent) as answer:
            return answer.status, answer.headers, await answer.text()

    async def look(self, path="/"):
        status, _, html = await self.fetch(path)
        assert 200 == status, html
        return Page(html)

    async def post(self, fields, **headers):
        return await self.fetch("/board/act", method="POST", data=fields, headers=headers)

    async def press(self, do, about="", *, name="do", **fields):
        """Press the one button that does this in the row about something, and return where it leads to."""
        page = await self.look()
        [form] = [form for form in page.forms if (name, do) in form.buttons and about in " ".join(form.row)]
        status, headers, text = await self.post({**form.fields, name: do, **fields})
        assert 303 == status, text
        return headers["Location"]

    async def note(self, do, about="", **fields):
        """Press a button, and return what the page says of it."""
        return (await self.look((await self.press(do, about, **fields)).partition("#")[0])).note
