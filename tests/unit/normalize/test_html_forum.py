"""Web pages read post by post, and by rules for their site."""

import pytest

from darwin_assets.normalize.html import parse_html
from darwin_assets.normalize.settings import NormalizeSettings


def forum(*posts: str, head: str = "") -> bytes:
    return f"<html><head><title>Thread</title>{head}</head><body><nav>Home</nav>{''.join(posts)}</body></html>".encode()


PHPBB_POST = (
    "<div class='post bg1'><dl class=postprofile><dt><a class=username>ann</a></dt><dd>Posts: 12</dd></dl>"
    "<div class=postbody><ul class=post-buttons><li>Quote</ul><time datetime=2020-01-01>Jan 1</time>"
    "<div class=content>{text}</div><div class=signature>My motto</div></div></div><hr>"
)


def test_a_forum_is_put_together_post_by_post() -> None:
    page = forum(*(PHPBB_POST.format(text=f"Answer {n}.") for n in (1, 2)))
    document = parse_html(page, NormalizeSettings(html_mode="forum", min_main_chars=0))
    assert document.text == "# Thread\n\n**ann, Jan 1**\n\nAnswer 1.\n\n**ann, Jan 1**\n\nAnswer 2."
    assert document.notes == ("put together from 2 posts",)


def test_posts_win_only_where_they_gain() -> None:
    """A question in `main` and answers outside of it: 1 + n posts gain 1 + n times."""
    text = "Words of a post that is long enough to count as one. "
    answers = [f"<div class=answer>{text}</div>" for _ in range(2)]
    page = forum(f"<main><div class=question>{text}</div></main>", *answers)
    settings = {"min_main_chars": 0, "html_mode": "auto"}
    assert parse_html(page, NormalizeSettings(**settings)).notes == ("put together from 3 posts",)
    assert parse_html(page, NormalizeSettings(**settings, html_min_forum_gain=9)).text == text.strip()
    assert parse_html(page, NormalizeSettings(**settings | {"html_mode": "article"})).text == text.strip()
    assert parse_html(page, NormalizeSettings(**settings, html_min_posts=4)).notes == ()


def test_comments_below_an_article_are_not_the_page() -> None:
    comment = "<div class=comment><b class=author>bo</b> <time>Jan 2</time><p>I agree with all of it, really.</p></div>"
    page = f"<article class=post><h1>News</h1><p>Something happened.</p></article><div id=comments>{comment * 5}</div>"
    assert parse_html(page.encode(), NormalizeSettings(min_main_chars=0)).text == "# News\n\nSomething happened."
    asked = parse_html(page.encode(), NormalizeSettings(html_mode="forum", min_main_chars=0))
    assert asked.text.count("I agree") == 5
    assert "Something happened." in asked.text


def test_alike_siblings_with_author_and_date_are_posts() -> None:
    rows = "".join(
        f"<div class='row item'><i class=author-name>u{n}</i><i class=date>2020</i><p>Entry {n}.</p></div>"
        for n in range(4)
    )
    document = parse_html(forum(rows), NormalizeSettings(html_mode="forum", min_main_chars=0))
    assert document.notes == ("put together from 4 posts",)
    assert "**u3, 2020**\n\nEntry 3." in document.text


def test_a_reply_inside_a_post_follows_it() -> None:
    page = forum("<div class=comment>one<div class=comment>two</div></div><div class=comment>three</div>")
    settings = NormalizeSettings(html_mode="forum", min_main_chars=0)
    assert parse_html(page, settings).text == "# Thread\n\none\n\ntwo\n\nthree"


def test_a_page_without_posts_says_so_when_they_were_asked_for() -> None:
    document = parse_html(b"<p>alone</p>", NormalizeSettings(html_mode="forum", min_main_chars=0))
    assert (document.text, document.notes) == ("alone", ("no posts found, read as an article",))


SITE = b"""<head><link rel=canonical href='https://docs.example.org/x'><title>T</title></head>
<h2 id=name>Real title</h2><main>not this<p>nor this</main>
<div class=part>a <b class=ad>buy</b></div><div class=part>b</div>"""


def test_a_rule_for_a_site_goes_first() -> None:
    rule = {"clean": ["//*[@class='ad']"], "title": "//*[@id='name']", "content": "//div[@class='part']"}
    document = parse_html(SITE, NormalizeSettings(html_site_rules={"example.org": rule}))
    assert (document.text, document.title) == ("a\n\nb", "Real title")
    assert document.notes == ("read by the rule for example.org",)
    other = parse_html(SITE, NormalizeSettings(html_site_rules={"ample.org": rule}, min_main_chars=0))
    assert "not this" in other.text


def test_a_rule_that_finds_nothing_is_noted_and_the_usual_way_taken() -> None:
    rules = {"docs.example.org": {"content": "//article"}}
    document = parse_html(SITE, NormalizeSettings(html_site_rules=rules, min_main_chars=0))
    assert document.text == "not this\n\nnor this"
    assert document.notes == ("the rule for docs.example.org names no content here",)


def test_a_rule_must_be_an_xpath() -> None:
    with pytest.raises(ValueError, match="is no XPath"):
        NormalizeSettings(html_site_rules={"a.b": {"content": "//div["}})
