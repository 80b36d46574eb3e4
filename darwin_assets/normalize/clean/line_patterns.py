"""What lines of navigation, pagination and buttons say: one pattern a kind of line, own wording throughout.

Each must match a whole line without its Markdown marks (`lines.bare`), in any case of letters. A word that running text
may have alone on a line ("Next", "Home", "Print", "Share") is taken only beside an arrow, a bar or another word of its
kind, and a heading is never taken: what stays too much can be removed later, what is lost cannot be found again.
"""

from __future__ import annotations

_LEFT = r"(?:«|‹|<{1,2}|←|⟵|◀|◄|&laquo;)"
_RIGHT = r"(?:»|›|>{1,2}|→|⟶|▶|►|&raquo;)"
_BAR = r"\s*[|·•/]\s*"
_TRAIL = r"\s*[>»›/→]\s*"
_BACK = r"(?:previous|prev|back|older|newer|earlier)"
_AHEAD = r"(?:next|continue|forward|newer|older|later)"
_THING = r"(?:page|post|posts|article|articles|chapter|section|entry|entries|topic|lesson|story|stories|slide|results?)"
_MENU = (
    r"(?:home(?:\s?page)?|about(?:\s(?:us|me|this site))?|contact(?:\s(?:us|me))?|news|blog|faqs?|help|search|"
    r"site\s?map|"
    r"log\s?in|log\s?out|sign\s?(?:in|up|out)|register|archives?|categories|tags|links|products|services|forums?|"
    r"downloads?|gallery|shop|store|cart|my\s(?:account|cart)|privacy(?:\spolicy)?|terms(?:\sof\s(?:use|service))?|"
    r"legal|imprint|jobs|careers|press|events|rss|support|menu|donate|subscribe|publications|people|team)"
)
_NETWORK = (
    r"(?:facebook|twitter|linkedin|reddit|pinterest|whatsapp|telegram|tumblr|instagram|youtube|e-?mail|"
    r"mastodon|bluesky)"
)

NAVIGATION: tuple[str, ...] = (
    rf"(?:{_MENU}{_BAR}){{2,19}}{_MENU}",
    rf"{_MENU}(?:\s{_MENU}){{3,19}}",
    rf"(?:you are here:?\s*)?home(?:{_TRAIL}[^>»›/→\n]{{1,40}}){{1,6}}",
    r"you are here:.{1,100}",
    r"(?:skip|jump) (?:directly )?to (?:the )?(?:main )?(?:content|navigation|menu|search|footer|sidebar)\.?",
    (
        r"(?:toggle|open|close|show|hide|expand|collapse) (?:the )?(?:main |site )?(?:navigation|menu|sidebar|"
        r"nav)(?: menu)?"
    ),
    r"(?:main|site|primary|secondary|top|footer|mobile) (?:menu|navigation)",
    r"navigation menu",
    r"(?:browse|view|see|show) all (?:categories|topics|tags|posts|articles|products|news)",
    r"(?:back|return|go back|go) to (?:the )?(?:home\s?page|main page|main menu|main site|index page|start page)",
    r"(?:search|site search):?\s*(?:this (?:site|website|blog)|the site|our site|for:)",
    r"(?:log|sign) ?in (?:or|/) (?:register|sign ?up|create an account|join)",
    r"(?:already (?:a member|registered)|have an account)\?? (?:log|sign) ?in\.?",
    (
        r"(?:new here|not a member(?: yet)?|no account(?: yet)?)\?? (?:register|sign up|join)(?: now| here| today|"
        r" for free)?[.!]?"
    ),
    r"(?:select|choose|change) (?:your )?(?:language|country|region)",
    r"(?:view|switch to|go to) (?:the )?(?:mobile|desktop|full|classic) (?:site|version|view)",
    (
        r"(?:site ?map|privacy policy|terms of (?:use|service))(?: (?:[|·•] )?(?:site ?map|privacy policy|"
        r"terms of (?:use|service))){1,3}"
    ),
    r"(?:recent|popular|related|latest|trending|featured) (?:posts|articles|stories|searches|tags)(?: ?\(\d+\))?:?",
)

PAGINATION: tuple[str, ...] = (
    rf"{_LEFT}\s*{_BACK}(?:\s{_THING})?",
    rf"{_AHEAD}(?:\s{_THING})?\s*{_RIGHT}",
    rf"{_BACK}(?:\s{_THING})?\s*{_LEFT}",
    rf"{_RIGHT}\s*{_AHEAD}(?:\s{_THING})?",
    (
        rf"(?:{_LEFT}\s*)?{_BACK}(?:\s{_THING})?{_BAR}(?:[^|·•/\n]{{1,30}}{_BAR})?{_AHEAD}(?:\s{_THING})?"
        rf"(?:\s*{_RIGHT})?"
    ),
    rf"(?:{_LEFT}\s*)?(?:previous|prev)(?:\s{_THING})?\s+next(?:\s{_THING})?(?:\s*{_RIGHT})?",
    r"(?:go to |read |view )?(?:the )?(?:previous|next|first|last) (?:page|post|article|entry|slide)",
    r"(?:older|newer) (?:posts|entries|articles|comments|stories)",
    r"page:? ?\d{1,5}(?: ?(?:of|/) ?\d{1,5})?",
    r"\(?page \d{1,5} (?:of|/) \d{1,5}\)?",
    r"(?:pages?|go to page|jump to page):?(?:[ ,]{1,2}\[?\d{1,4}\]?){3,20}(?: ?(?:…|\.\.\.) ?\d{1,4})?(?: ?next)?",
    (
        rf"(?:{_LEFT}\s*)?(?:(?:previous|prev) )?1 2 3(?: \d{{1,3}}){{0,12}}(?: ?(?:…|\.\.\.) ?\d{{1,4}})? ?(?:next|"
        rf"last|{_RIGHT})(?:\s*{_RIGHT})?"
    ),
    (
        r"(?:showing|displaying|viewing|results?|items?|posts?) \d{1,7} ?(?:-|–|to|through) ?\d{1,7} of "
        r"(?:about )?\d[\d,.]{0,9}(?: \w{1,12})?"
    ),
    r"\d{1,7} ?(?:-|–) ?\d{1,7} of \d{1,7} (?:results|items|posts|comments|entries)",
    (
        r"(?:load|show|view|see) more(?: (?:results|posts|comments|articles|stories|items|entries|replies))?"
        r"(?: ?(?:…|\.\.\.|↓))?"
    ),
    r"(?:first|last)(?: page)?\s*[«»‹›|]{1,2}\s*(?:last(?: page)?|next|previous)?",
    r"(?:view|show|read) (?:this (?:article|story) )?(?:as|on) (?:a |one )?single page",
    r"(?:results|items|entries|posts|articles) per page:?(?: \d{1,3}){0,6}",
    r"(?:table of )?contents? ?[|·] ?(?:previous|next)(?: ?[|·] ?(?:next|index))?",
    rf"(?:continue(?:d)?|continues) on (?:the )?(?:next )?page(?: \d{{1,4}})?(?: ?(?:…|\.\.\.|{_RIGHT}))?",
)

BUTTONS: tuple[str, ...] = (
    r"(?:please )?(?:click|tap|press) here(?: to [a-z ]{3,40}| for (?:more|details|further)[a-z ]{0,30})?[.!]?",
    r"(?:print|e-?mail|save|share|bookmark|download) this (?:page|article|post|story|entry|recipe)",
    r"(?:print(?:er)?[- ]friendly|printable) (?:version|page)",
    rf"print{_BAR}(?:e-?mail|share|save|pdf)(?:{_BAR}(?:print|e-?mail|share|save|pdf)){{0,3}}",
    r"(?:back|return|go|scroll|jump) to (?:the )?top(?: of (?:the )?page)?(?: ?[↑^▲])?",
    r"[↑^▲] ?(?:back to )?top",
    (
        r"comments? (?:are|is|have been) (?:now )?(?:closed|disabled|turned off|off)(?: (?:for|on) this (?:post|"
        r"article|entry|page))?\.?"
    ),
    r"(?:leave|post|add|write) (?:a|your) (?:comment|reply)(?: (?:below|here))?",
    r"(?:no|\d{1,6}) (?:comments?|replies|responses) ?(?:yet|so far|on this (?:post|article))?[.:]?",
    (
        r"(?:reply|quote|report|flag|permalink|edit|delete|like|upvote|downvote)(?:(?:\s*[|·•]\s*|\s)(?:reply|"
        r"quote|report|flag|permalink|share|edit|delete|like|upvote|downvote)){1,6}"
    ),
    r"(?:this is an? )?(?:advertisements?|sponsored (?:content|links?|post)|advertorial)\.?",
    r"(?:article|story|text) continues (?:below|after) (?:the |this )?(?:advertisement|ad|ads)?\.?",
    (
        r"(?:share|follow us|follow me|find us|like us|tweet|pin it)(?: this)?(?: on| via| by)?:?"
        rf"(?:[ ,|·•]{{1,3}}{_NETWORK}){{1,8}}"
    ),
    rf"{_NETWORK}(?:(?:\s*[|·•,]\s*|\s){_NETWORK}){{2,8}}",
    r"share this:?(?: (?:page|article|post|story))?",
    (
        r"(?:please )?(?:log|sign) ?in to (?:post|leave|add|reply|comment|vote|continue|view|download|"
        r"save)[a-z ,]{0,40}\.?"
    ),
    r"you must be (?:logged|signed) in to [a-z ]{3,40}\.?",
    (
        r"(?:subscribe|sign up) (?:to|for) (?:our|the|my|this) (?:free |weekly |daily |monthly |email )?"
        r"(?:newsletter|mailing list|blog|feed|rss feed|channel|updates)(?: today| now| here)?[.!]?"
    ),
    r"(?:enter|type) your e-?mail(?: address)?(?: (?:here|below|to subscribe))?[.:]?",
    r"(?:accept|reject|manage|allow|decline)(?: all| necessary)? cookies(?: settings)?",
    r"(?:this (?:web)?site|we) uses? cookies (?:to|for|on|in order|and similar)[^\n]{0,100}",
    r"(?:cookie|privacy) (?:settings|preferences|choices)",
    (
        r"(?:read|learn|find out|see|view) (?:more|full article|the full (?:article|story|post)|the rest)(?: ?(?:…|"
        r"\.\.\.|»|›|>|→))"
    ),
    (
        r"(?:read|view|see) (?:the )?(?:full|rest of (?:the|this)|entire|whole) (?:article|story|post|entry)"
        r"(?: ?(?:…|\.\.\.|»|›|>|→))?"
    ),
    r"(?:open|view|play) (?:in|on) (?:a )?(?:new (?:window|tab)|full ?screen|youtube|app)",
    r"(?:copy|get) (?:the )?(?:link|permalink|url|embed code)(?: to clipboard)?",
    r"(?:add to|view|go to) (?:cart|basket|wish ?list|checkout)",
    (
        r"(?:all rights reserved\.?|(?:copyright|©|\(c\)) ?(?:©|\(c\))? ?\d{4}"
        r"(?: ?[-–] ?\d{4})?,? [^\n.]{0,60}\. ?all rights reserved\.?)"
    ),
    (
        r"(?:powered|built|hosted) (?:by|with|on) (?:wordpress|blogger|drupal|joomla|jekyll|hugo|ghost|tumblr|"
        r"medium|squarespace|wix|mediawiki|discourse|phpbb)[^\n]{0,40}"
    ),
    (
        r"(?:your browser does not support|please enable) (?:javascript|cookies|the (?:video|audio|iframe) (?:tag|"
        r"element)|iframes|html5)[^\n]{0,60}"
    ),
    r"(?:loading|please wait)(?: ?(?:…|\.\.\.))",
    r"\[?(?:view|edit|show) (?:page )?(?:source|history)\]?",
)
