"""Answers to the named queries over one snapshot, and the annex that lists those that a report has used."""

import hashlib
from dataclasses import dataclass, field

import polars as pl

from darwin_assets.markdown import code_block, heading, table
from darwin_assets.reports.queries import queries
from darwin_assets.reports.query import Query
from darwin_assets.reports.snapshot import CHOSEN, Snapshot
from darwin_assets.reports.tokens import Tokens, count_tokens
from resources.errors import DarwinError, redacted


@dataclass
class Evidence:
    """Asks each query once. `answers` holds those that this report has asked, in order of the first time."""

    snapshot: Snapshot
    answers: dict[str, pl.DataFrame] = field(default_factory=dict)
    _tokens: dict[str, Tokens] = field(default_factory=dict)
    _known: dict[str, pl.DataFrame] = field(default_factory=dict, repr=False)
    _counted: dict[str, Tokens] = field(default_factory=dict, repr=False)

    def for_another(self) -> "Evidence":
        """Evidence for another report on the same snapshot, which asks nothing twice and lists its own queries."""
        return Evidence(self.snapshot, _known=self._known, _counted=self._counted)

    def query(self, name: str) -> Query:
        known = queries(self.snapshot.levels)
        if name not in known:
            raise DarwinError(f"there is no query {name!r}; the queries are {', '.join(sorted(known))}")
        return known[name]

    def can(self, name: str) -> bool:
        """Whether the lake has all the tables that a query asks."""
        known = queries(self.snapshot.levels)
        return name in known and all(one == CHOSEN or one in self.snapshot.versions for one in known[name].tables)

    def ask(self, name: str) -> pl.DataFrame:
        """The answer; no rows and no columns where a table that it asks is not there."""
        if not self.can(name):
            return pl.DataFrame()
        if name not in self._known:
            query = self.query(name)
            with redacted(f"query {name}"):
                context = pl.SQLContext({one: self.snapshot.scan(one) for one in query.tables})
                self._known[name] = context.execute(query.sql, eager=True)
        self.answers[name] = self._known[name]
        return self.answers[name]

    def tokens(self, level: str) -> Tokens:
        """Tokens of the published rows of a level."""
        if level not in self._counted:
            with redacted(f"count the tokens of {level}"):
                self._counted[level] = count_tokens(self.snapshot.texts(level))
        self._tokens[level] = self._counted[level]
        return self._tokens[level]

    def annex(self) -> list[str]:
        """Every query that was asked, with its SQL, the tables and versions, and a hash of its answer, as Markdown."""
        blocks = [heading(2, "Annex: queries"), _HOW]
        for name, answer in self.answers.items():
            query = self.query(name)
            blocks += [
                heading(3, anchor_title(name)),
                f"{query.says} {answer.height} rows, SHA-256 of the answer as CSV `{answer_sha256(answer)}`.",
                table(["table in the query", "Delta table and version"], self._tables(query)),
                code_block(query.sql, "sql"),
            ]
        if self._tokens:
            rows = [[level, self.snapshot.where(level.lower()), one.told()] for level, one in self._tokens.items()]
            blocks += [
                heading(3, anchor_title("tokens")),
                _TOKENS,
                table(["level", "Delta table and version", "tokens"], rows),
            ]
        return blocks

    def _tables(self, query: Query) -> list[list[str]]:
        return [[f"`{one}`", f"`{self.snapshot.where(one)}`"] for one in query.tables]


_HOW = (
    "Each statement above names the query that made it. All are SQL over Delta tables at the versions given here, so that "
    "they can be asked again of the lake as it was; `domain` is the registered domain of `uri` by the Public Suffix List."
)
_TOKENS = "Every text of the level, or a random sample of them, counted by the tokenizer that is named."


FORMULA = r"^[=+\-@\t\r]"


def cite(name: str) -> str:
    """A link to a query in the annex."""
    return f"[{name}](#query-{name.replace('_', '-')})"


def anchor_title(name: str) -> str:
    """The heading to which `cite` leads, once a renderer has made a fragment of it."""
    return f"Query {name.replace('_', '-')}"


def answer_csv(answer: pl.DataFrame) -> str:
    """An answer as CSV. What a spreadsheet would take for a formula has an apostrophe before it: people state such values."""
    text = pl.selectors.string()
    return answer.with_columns(
        pl.when(text.str.contains(FORMULA)).then("'" + text).otherwise(text).name.keep()
    ).write_csv()


def answer_sha256(answer: pl.DataFrame) -> str:
    return hashlib.sha256(answer_csv(answer).encode()).hexdigest()
