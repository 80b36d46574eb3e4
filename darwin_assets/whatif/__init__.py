"""What-if: what L2 would keep with other rules, told from stored values before anything runs.

`stored` reads the rows, `proposal` makes the changed settings, `outcome` compares, `report` and the plots show. No text is
read and nothing is measured again: the rules are asked about the columns that L2 stored for kept and rejected rows
alike, by the very expressions that L2 judges with.
"""
