"""Posts of a discussion page, in their order (papers.md §4.4: forum assembly when it gains).

A post is an element that a forum's software names so (phpBB, vBulletin, XenForo, MyBB, SMF, Discourse, Stack Exchange,
Flarum and their like), or that schema.org's vocabulary calls so; failing both, one of at least three alike siblings of
which each has an author and a date.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from darwin_assets.normalize.html_main import text_size
from darwin_assets.normalize.xml_tree import find_elements, find_strings, find_text, remove

_POST_NAMES = frozenset({
    "post", "topic-post", "crawler-post", "postcontainer", "postbit", "postbitlegacy", "post_wrapper", "post-wrapper",
    "post-container", "forum-post", "forumpost", "message", "message--post", "poststream-item", "question", "answer",
})  # fmt: skip
_COMMENT_NAMES = frozenset({"comment", "reply", "comtr"})
_POST_TYPES = frozenset({"Question", "Answer", "DiscussionForumPosting"})
_COMMENT_TYPES = frozenset({"Comment", "UserComments"})
_DISCUSSION_TYPES = frozenset({"QAPage", "DiscussionForumPosting"})
_MIN_ALIKE_SIBLINGS = 3
_MIN_SIBLINGS_SHARE = 0.5
"""Share of the page's text that alike siblings must hold to be its posts."""
_MAX_FURNITURE_SHARE = 0.5
_NEVER_FURNITURE = frozenset({"pre", "code", "h1", "h2", "h3", "h4"})
_MAX_NAME_CHARS = 80
_MAX_WRAPPERS = 12
"""How far above its author's name a post may begin, in elements."""
_POST_FURNITURE = re.compile(
    r"(?<![a-z])(?:signature|sig|avatars?|profile|postprofile|user-?info|userstats|buttons?|controls?|actions?|toolbar|"
    r"menu|vote(?:s|cell)?|voting|likes?|share|report|badges?|reputation|permalink|message-user|post-menu|back2top)(?![a-z])",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"(?<![a-z])(?:comments?|commentlist|respond|disqus)(?![a-z])", re.IGNORECASE)

_AUTHOR_CLASSES = ("author", "username", "user-name", "user-details", "poster")
_named = find_elements(".//*[@class or @itemtype]")
_classes = find_strings(".//@class")
_types = find_strings(".//@itemtype")
_AUTHORS = " or ".join(
    ("@itemprop='author'", "@rel='author'", *(f"contains(@class, '{name}')" for name in _AUTHOR_CLASSES))
)
_DATES = (
    "self::time or @itemprop='dateCreated' or @itemprop='datePublished' or contains(@class, 'date') or "
    "contains(@class, 'relativetime') or contains(@class, 'posted') or contains(@class, 'post-time')"
)
_authors = find_elements(f".//*[{_AUTHORS}]")
_dates = find_elements(f".//*[{_DATES}]")
_controls = find_elements(".//*[@class]")
_text_of = find_text("normalize-space()")


@dataclass(frozen=True)
class Post:
    """One post: who wrote it and when, as the page says it (empty when it does not), and its element."""

    author: str
    date: str
    body: etree._Element


def find_posts(body: etree._Element, *, min_posts: int, with_comments: bool) -> list[etree._Element]:
    """Posts in the order of the page, none when there are fewer than `min_posts`.

    Comments are posts only `with_comments` or on a page that calls itself a discussion: below an article they are not
    what the page is about. An element that holds several posts is not one.
    """
    types, classes = _types(body), _classes(body)
    if not types and sum(map(_may_say_post, classes)) < min_posts:
        return []
    is_discussion = with_comments or any(kind.rpartition("/")[2] in _DISCUSSION_TYPES for kind in types)
    posts: list[etree._Element] = []
    either: list[etree._Element] = []
    for element in _named(body):
        names, kind = _names(element.get("class", "")), element.get("itemtype", "").rpartition("/")[2]
        is_post = not names.isdisjoint(_POST_NAMES) or kind in _POST_TYPES
        if is_post:
            posts.append(element)
        if is_post or not names.isdisjoint(_COMMENT_NAMES) or kind in _COMMENT_TYPES:
            either.append(element)
    found = [post for post in _outermost(posts) if text_size(post)]
    if len(found) < min_posts and is_discussion:
        found = [element for element in either if text_size(element)]
    if len(found) < min_posts:
        found = _alike_siblings(body, with_comments=is_discussion)
    return found if len(found) >= min_posts else []


@lru_cache(maxsize=65_536)
def _names(classes: str) -> frozenset[str]:
    return frozenset(classes.lower().split())


@lru_cache(maxsize=65_536)
def _may_say_post(classes: str) -> bool:
    """Whether a class attribute names a post, a comment or the author of one: most pages have none, and end here."""
    known = not _names(classes).isdisjoint(_POST_NAMES | _COMMENT_NAMES)
    return known or any(name in classes for name in _AUTHOR_CLASSES)


def take_posts(elements: Sequence[etree._Element]) -> list[Post]:
    """Posts cut out of their page; a post inside another (a reply, in a thread) stands after it, on its own."""
    for element in reversed(elements):
        remove(element)
    return [_post(element) for element in elements]


def _post(element: etree._Element) -> Post:
    author, date = _taken(element, _authors), _taken(element, _dates)
    # The name of the whole body may be made of such words ("message-actions-body"); then it stays.
    limit = _MAX_FURNITURE_SHARE * text_size(element)
    for control in _controls(element):
        if str(control.tag) in _NEVER_FURNITURE or not _POST_FURNITURE.search(control.get("class", "")):
            continue
        if text_size(control) <= limit:
            remove(control)
    return Post(author, date, element)


def _taken(post: etree._Element, find: Callable[[etree._Element], list[etree._Element]]) -> str:
    """The first short text that `find` yields, taken out of the post; its machine-readable form when it has no text."""
    for element in find(post):
        text = _text_of(element) or element.get("datetime", "") or element.get("content", "")
        if 0 < len(text) <= _MAX_NAME_CHARS and element.getparent() is not None:
            remove(element)
            return text
    return ""


def _outermost(elements: list[etree._Element]) -> list[etree._Element]:
    """Elements in none of the others, once those are set aside that hold two or more of them side by side."""
    inside: dict[etree._Element, int] = defaultdict(int)
    chosen = set(elements)
    for element in elements:
        above = next((ancestor for ancestor in element.iterancestors() if ancestor in chosen), None)
        if above is not None:
            inside[above] += 1
    chosen = {element for element in elements if inside[element] < 2}
    return [e for e in elements if e in chosen and not any(ancestor in chosen for ancestor in e.iterancestors())]


def _alike_siblings(body: etree._Element, *, with_comments: bool) -> list[etree._Element]:
    """The largest family of siblings of one tag and class that each name an author and a date."""
    families: dict[tuple[etree._Element, str, str], dict[etree._Element, None]] = defaultdict(dict)
    authors = _authors(body)
    for author in authors if len(authors) >= _MIN_ALIKE_SIBLINGS else []:
        element = author
        for _ in range(_MAX_WRAPPERS):
            parent = element.getparent()
            if parent is None or element is body:
                break
            families[parent, str(element.tag), element.get("class", "")][element] = None
            element = parent
    alike = [list(family) for family in families.values() if len(family) >= _MIN_ALIKE_SIBLINGS]
    posts = max(alike, key=lambda family: sum(map(text_size, family)), default=[])
    if not posts or sum(map(text_size, posts)) < _MIN_SIBLINGS_SHARE * text_size(body):
        return []
    if not with_comments and any(map(_is_for_comments, (posts[0], *posts[0].iterancestors()))):
        return []
    return posts if all(_dates(post) for post in posts) else []


def _is_for_comments(element: etree._Element) -> bool:
    return bool(_COMMENTS.search(f"{element.get('class', '')} {element.get('id', '')}"))
