"""Lines of navigation, pagination and buttons: what goes, and what running text may say."""

import re

import pytest

from darwin_assets.normalize.clean import line_patterns, lines

GOES = {
    "navigation": """\
Home | About us | Contact
Home About Contact Blog News
Home > Books > Calculus
HOME » Library » Physics
You are here: Library of the department
Skip to main content
jump to navigation
Toggle navigation
Main menu
Navigation menu
Browse all categories
Return to the home page
Search this site
Log in or register
Already a member? Sign in
Not a member yet? Join now!
Choose your language
Switch to mobile version
Privacy policy | Terms of use
Related articles (12)
""",
    "pagination": """\
« Previous
<< Older posts
Next page »
NEXT →
Previous «
» Next
Previous | Index | Next »
Previous chapter Next chapter
Go to the next page
Older entries
Page 3 of 12
page 7
(page 3 of 12)
Pages: 1 2 3 4
1 2 3 4 … 12 Next »
Showing 1 to 20 of 1,345 results
21-40 of 360 posts
Load more comments
First « Previous
View as a single page
Results per page: 10 20 50
Contents | Next
Continued on next page …
""",
    "buttons": """\
Click here to read the print version
click here for more details.
Print this page
Printer-friendly version
Print | E-mail | Share
Back to top ↑
^ Top
Comments are closed for this article.
Leave a reply
No comments yet
17 comments
Reply | Quote | Report
ADVERTISEMENT
Article continues below this advertisement
Share on Facebook, Twitter
Facebook Twitter LinkedIn Reddit
Share this:
Please log in to post a comment.
You must be logged in to post a comment.
Subscribe to our free newsletter today!
Enter your email address
Accept all cookies
We use cookies to make this page better.
Cookie settings
Read more »
Read the full article
Open in new window
Copy link
Add to cart
© 2019 Nobody in Particular. All rights reserved.
Powered by WordPress
Please enable JavaScript to view the comments.
Loading...
[edit source]
""",
}
STAYS = """\
Home is where the heart of the circuit is.
Next, we divide both sides by two.
Next
Previous work
Home
Print
## Next »
### Comments are closed for this article.
Contact
- Print
1 2 3
1 2 3 4 5 6
Page 49 28
Page 3 of the manuscript shows the second proof.
The page you are reading was printed in 1905.
Read more carefully: the limit is taken first.
Search for the maximum of the function.
Share of the variance explained
sharex
Share x
share index
Advertisement raises demand in this model.
Top
Back to the equation of motion
Introduction | Methods | Results
A | B | C
Home | Away | Draw | Total goals
| Home | About us | Contact |
People > animals > plants is an order of rank.
No comments were made by the authors on this point.
2 replies were given by each of the subjects.
We use cookies and milk as an example of complementary goods, and ask what milk sells when cookies are dear there.
    Back to top
\tNext page »
`Back to top`
$x$ Next »
1905–1910
Figure 3
Chapter 3
Newer models explain the residual.
Older posts hold less weight than a fence needs.
Log in the forest
Loading of the beam
"""
ALL = {"navigation": lines.without_navigation, "pagination": lines.without_pagination, "buttons": lines.without_buttons}
PATTERNS = {
    "navigation": line_patterns.NAVIGATION,
    "pagination": line_patterns.PAGINATION,
    "buttons": line_patterns.BUTTONS,
}


@pytest.mark.parametrize(("name", "line"), [(name, line) for name in GOES for line in GOES[name].splitlines()])
def test_a_line_of_the_page_goes_however_it_is_marked(name, line):
    for written in (line, line.upper(), f"- {line}", f"**{line}**", f"> {line}", f"[{line}](https://example.org/x)"):
        if "[" in line and written.startswith("["):
            continue
        assert ALL[name](f"Before.\n\n{written}\n\nAfter.") == ("Before.\n\n\nAfter.", 1)


@pytest.mark.parametrize("line", STAYS.splitlines())
@pytest.mark.parametrize("name", ALL)
def test_a_line_of_the_text_stays(name, line):
    text = f"Before.\n\n{line}\n\nAfter."
    assert ALL[name](text) == (text, 0)


@pytest.mark.parametrize(("name", "pattern"), [(name, pattern) for name in PATTERNS for pattern in PATTERNS[name]])
def test_every_pattern_has_a_line_that_only_it_or_its_kind_takes(name, pattern):
    assert any(re.fullmatch(pattern, lines.bare(line), re.IGNORECASE) for line in GOES[name].splitlines())


def test_code_tables_and_formulas_keep_their_lines():
    table = "| a | b |\n|---|---|\n| Back to top | Next » |\n\na | b | c\n--- | --- | ---\nHome | News | Blog"
    text = f"```\nBack to top\n```\n\n{table}\n\n$$\nNext »\n$$"
    for operation in ALL.values():
        assert operation(text) == (text, 0)


def test_only_the_line_goes_and_paragraphs_stay_apart():
    assert lines.without_pagination("One.\nNext »\nTwo.\n\nThree.\nNext »") == ("One.\nTwo.\n\nThree.\n", 2)


def test_a_line_of_ten_million_characters_is_passed_over():
    text = "home > " * 1_500_000
    assert lines.without_navigation(text) == (text, 0)
