"""Sensitive fields: each kind with what is one and what only looks like one. All persons and numbers are made up."""

import pytest

from darwin_assets.normalize.clean.sensitive import replace_field
from darwin_assets.privacy.fields import FIELDS

IS = {
    "email": """\
write to ada.byron@maths.uni-turin.it today ⇒ write to <EMAIL> today
Ada <ada+list@uni-turin.it>, lead author ⇒ Ada <<EMAIL>>, lead author
mailto:ada@uni-turin.it ⇒ mailto:<EMAIL>
{ada, bob}@cs.uni-turin.it ⇒ <EMAIL>
ada [at] uni-turin [dot] it ⇒ <EMAIL>
ada (at) uni-turin.it ⇒ <EMAIL>
Ada: ada@uni-turin.it. ⇒ Ada: <EMAIL>.
| Ada | ada@uni-turin.it | ⇒ | Ada | <EMAIL> |
jörg@müller-köln.de ⇒ <EMAIL>""",
    "iban": """\
Pay to DE89 3704 0044 0532 0130 00. ⇒ Pay to <IBAN>.
GB82WEST12345698765432 ⇒ <IBAN>
NL91-ABNA-0417-1643-00 ⇒ <IBAN>
NO9386011117947 (Oslo) ⇒ <IBAN> (Oslo)""",
    "card": """\
card 4111 1111 1111 1111, exp. soon ⇒ card <CREDIT_CARD>, exp. soon
5500-0000-0000-0004 ⇒ <CREDIT_CARD>
378282246310005 ⇒ <CREDIT_CARD>
3782 822463 10005 ⇒ <CREDIT_CARD>""",
    "national_id": """\
身份证 11010519491231002X。 ⇒ 身份证 <NATIONAL_ID>。
CPF 529.982.247-25 ⇒ CPF <NATIONAL_ID>
codice fiscale RSSMRA85T10A562S ⇒ codice fiscale <NATIONAL_ID>""",
    "us_ssn": """\
SSN 536-90-4399 was given ⇒ SSN <US_SSN> was given
536 90 4399 ⇒ <US_SSN>""",
    "ip": """\
seen from 93.184.216.34 twice ⇒ seen from <IP_ADDRESS> twice
server 8.8.8.8 ⇒ server <IP_ADDRESS>
2606:2800:220:1:248:1893:25c8:1946 ⇒ <IP_ADDRESS>""",
    "phone": """\
Tel.: 030/1234567 ⇒ Tel.: <PHONE>
call +49 (0)30 1234-567 now ⇒ call <PHONE> now
+1 212-664-7665 ⇒ <PHONE>
(212) 664-7665 ext. 12 ⇒ <PHONE>
212-664-7665 ⇒ <PHONE>
212.664.7665 ⇒ <PHONE>
Phone: 664 7665 ⇒ Phone: <PHONE>
fax no. 020 7946 0958, London ⇒ fax no. <PHONE>, London
电话：010-62781234 ⇒ 电话：<PHONE>
手机13812345678 ⇒ 手机<PHONE>
тел. 8 495 123-45-67 ⇒ тел. <PHONE>
+33 1 23 45 67 89 ⇒ <PHONE>
+86 138 1234 5678 ⇒ <PHONE>""",
}
IS_NOT = {
    "email": """\
[@knuth1984; @lamport94]
a slot x@frame of an object
git@github.com:somebody/project.git
write to ada@example.org or ada@mail.example.com
https://user@host.org/path
3@4 is a product
`ada@uni-turin.it` in code
$a@uni-turin.it$ in a formula
at (at) noon
measured (at) 25.0 degrees
held (at) 300.K
3 @ 5.00 each""",
    "iban": """\
DE89 3704 0044 0532 0130 01
AB12 CDEF GHIJ KLMN
GB82 WEST""",
    "card": """\
ISBN 978-0-306-40615-7
4111 1111 1111 1112
0.4111111111111111
1234567890123456
6000-600-150-1200-2000
doi:10.1000/4111111111111111
4111111111111111.5
0000 0000 0000 0000""",
    "national_id": """\
110105194912310021
110105194913310020
529.982.247-26
111.111.111-11
RSSMRA85T10A562T""",
    "us_ssn": """\
CAS 7732-18-5
666-12-3456
000-12-3456
123-00-4567
900-12-3456
12-34-5678
1123-45-6789
123-45-6789-1""",
    "ip": """\
Version 1.2.3.4
Section 10.2.3.41
# 3.4.5.60 Results
see §3.40.5.6 for this
192.168.0.1 and 10.0.0.1 and 127.0.0.1
server 192.0.2.44
255.255.255.0
EC 3.4.21.62
256.1.1.300
0.000.010.020
cusparse 12.5.8.93 and cufft==11.3.3.83
package==93.184.216.34
1.2.3.4.50
3.4.5.6 is the mean
std::vector::begin
12:30:45
2001:db8::1
fe80::1""",
    "phone": """\
ISBN 978-0-306-40615-7
ISBN 0-306-40615-2
doi 10.1016/j.cell.2019.05.031
10.1093/212-664-7665
the years 1998-2001-2004
equation (212) and (664)
x = +12345678
y +12 345 678 9
+1.60822041
+2(21)(19)
+0.00000000
600-150-1200
614-013-9377
516.001.0001
phone 45 | 405 | 450
1 212 664 7665 91
the phone. 1000000 of them
phone that costs $400
a cell 100000 times as large
call 1234567 times
299 792 458 m/s
1,212,664,766
3.141.592.6535
GSM8K 2827091961041
2019-10-12
$212-664-7665$
`212-664-7665`
212-664-7665 = -1117
arXiv:2602.09003
ORCID 0000-0002-1825-0097
PMID 31178118
pp. 212-664
(1998) 212-220
tel. 2019""",
}


@pytest.mark.parametrize(("kind", "line"), [(kind, line) for kind in IS for line in IS[kind].splitlines()])
def test_what_is_one_is_replaced_and_nothing_else(kind, line):
    before, after = line.split(" ⇒ ")
    assert replace_field(before, FIELDS[kind]) == (after, 1)


@pytest.mark.parametrize(("kind", "line"), [(kind, line) for kind in IS_NOT for line in IS_NOT[kind].splitlines()])
def test_what_only_looks_like_one_stays(kind, line):
    assert replace_field(line, FIELDS[kind]) == (line, 0)


@pytest.mark.parametrize("kind", FIELDS)
def test_other_kinds_leave_years_sections_and_identifiers_alone(kind):
    text = "In 1998 (see 10.1000/182, ISBN 978-0-306-40615-7, pp. 212-664) eq. (3.14) gave 0.4111 \u00b1 0.0002."
    assert replace_field(text, FIELDS[kind]) == (text, 0)


@pytest.mark.slow
@pytest.mark.shared_data
def test_real_books_hold_no_false_finds(shared_data):
    """Three textbooks of 480 modules name no person's number; only the vignettes give addresses of their authors."""
    from darwin_assets.normalize.parse import parse
    from darwin_assets.normalize.settings import NormalizeSettings

    modules = sorted((shared_data / "textbooks").glob("openstax-*/modules/*/index.cnxml"))[::12]
    assert len(modules) > 20
    for path in modules:
        text = parse(path.read_bytes(), "application/x-cnxml+xml", NormalizeSettings()).text
        found = {kind: replace_field(text, field)[1] for kind, field in FIELDS.items()}
        assert not any(found.values()), (path.parent.name, found)
