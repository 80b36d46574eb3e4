"""Proposed actions as a manifest, and as a page shows them."""

import json

from darwin_assets.closed_loop.actions import manifest, outline, propose
from darwin_assets.closed_loop.affordance.settings import ActionSettings
from tests.unit.closed_loop.affordance.test_mapping_rules import proposed, row, rows, rule, weak


def test_a_page_says_how_many_rows_an_action_names_and_not_which():
    names = ["1" * 32, "2" * 32]
    thin = rows(*(row(name, density=1) for name in names))
    actions = propose(proposed(weak(), rule(action="remove")), thin, ActionSettings())
    (shown,) = outline(actions)
    assert shown["rows"] == {"Q5": 2}
    assert all(name in manifest(actions) and name not in json.dumps(shown) for name in names)
