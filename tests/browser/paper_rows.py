"""Good and bad papers: a table for everything that reads one (`azukari verify`, the verifying page).

Each row is a name and how its paper is made. All are signed by the office itself, unless the name says otherwise:
nothing but the changed part is wrong with them.
"""

from __future__ import annotations

import json
import random
from base64 import b64decode, b64encode
from collections.abc import Callable

import pikepdf
import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec

from azukari.press.signed import sign
from azukari.seal import chain, checkpoint
from tests.browser.papers import (
    CERTIFICATE,
    RECEIPT,
    Desk,
    at_place,
    attach,
    container_end,
    flip,
    flipped,
    hidden_script,
    in_hole,
    link,
    new_name_tree,
    new_root_key,
    note,
    of_nobody,
    other_attributes,
    other_signature_number,
    own_line,
    pack,
    proof_of,
    script,
    signature_at,
    signed_by_hand,
    swap,
    whole_proof,
    with_more_inside,
    without,
    witnessed,
)
from tests.ops.test_verify_receipt import ISSUED_AT, PLACE
from tests.press.test_documents import new_signer

ROWS: dict[str, Callable[[Desk], bytes]] = {
    # --- good
    "受領書": lambda desk: desk.receipt,
    "受領書、添付を入れ直したもの": lambda desk: desk.paper(),
    "廃棄証明書": lambda desk: desk.paper(CERTIFICATE),
    "廃棄証明書、1名で24時間おいたもの": lambda desk: desk.with_facts(
        CERTIFICATE, approval__rule="ONE_PERSON_WAIT", approval__at="2026-10-19T09:40:02Z"
    ),
    "廃棄証明書、登録番号なし・期間なし": lambda desk: desk.with_facts(
        CERTIFICATE,
        office__registration_number=None,
        ended_purposes__0__starts_on=None,
        ended_purposes__0__last_on=None,
    ),
    "廃棄証明書、マイクロ秒まで": lambda desk: desk.with_facts(CERTIFICATE, issued_at="2026-10-20T09:41:10.000001Z"),
    "廃棄証明書、2000件": lambda desk: desk.with_facts(
        CERTIFICATE, rows=json.loads(desk.facts(CERTIFICATE))["rows"][:1] * 2000
    ),
    "廃棄証明書、電話番号と13桁の番号": lambda desk: desk.with_facts(
        CERTIFICATE, reason_note="2026-10-20から、03-1234-5678、法人番号1234567890123"
    ),
    "廃棄証明書、コードが12桁": lambda desk: desk.with_facts(CERTIFICATE, addressee__code="123456789012"),
    "受領書、絵文字と異体字の名前": lambda desk: desk.with_facts(
        file_name="辻\U000e0100 \U0001f468‍\U0001f469 ㈱\t.xlsx".replace("\t", "")
    ),
    "受領書、255文字の名前": lambda desk: desk.with_facts(file_name="\U00020bb7" * 255),
    "受領書、事務所から顧問先へ": lambda desk: desk.with_facts(receiver="有限会社北川商店", protected=False),
    "受領書、名前の中点入りの数字": lambda desk: desk.with_facts(file_name="1234・5678・9012.xlsx"),
    "受領書、最大のサイズ": lambda desk: desk.with_facts(size=2**53 - 1),
    "受領書、0バイト": lambda desk: desk.with_facts(size=0),
    "記録が1件だけ": lambda desk: at_place(desk, 0),
    "記録の2件目": lambda desk: at_place(desk, 1),
    "記録の301件目": lambda desk: at_place(desk, 300),
    "ほかの鍵の署名の行もある": lambda desk: desk.with_proof(witnessed),
    "署名の行が16": lambda desk: desk.with_proof(lambda proof: witnessed(proof, 15)),
    "記録の写しに知らない項目": lambda desk: desk.with_entry(
        more={"é": [1, 2.5, None, True, "\u2028\x7f"], "\U00010000": 0, "\uffff": 1e-7}
    ),
    "事務所の番号が大文字": lambda desk: desk.with_entry(office=f"{{{str(desk.log.office).upper()}}}"),
    "事務所の番号がURN": lambda desk: desk.with_entry(office=desk.log.office.urn),
    "記録の番号が文字": lambda desk: desk.with_entry(operation="3178", line="1"),
    "番号の行がない": lambda desk: desk.paper(
        facts=(facts := desk.facts(record__operation_no="3178-None")), entry=desk.entry(facts, line=None)
    ),
    "もう一つの署名の値": lambda desk: desk.with_hole(other_signature_number),
    "別の鍵で作り直したもの（指紋だけが違う）": of_nobody,
    # --- the file
    "空のファイル": lambda _: b"",
    "PDFではない": lambda desk: b"PK\x03\x04" + desk.receipt,
    "署名がない": lambda desk: desk.pages[RECEIPT],
    "改行を足した": lambda desk: desk.receipt + b"\n",
    "終わりを足した": lambda desk: desk.receipt + b"\n%%EOF\n",
    "1バイト足りない": lambda desk: desk.receipt[:-1],
    "半分だけ": lambda desk: desk.receipt[: len(desk.receipt) // 2],
    "版を変えた": lambda desk: desk.receipt.replace(b"%PDF-1.7", b"%PDF-1.6", 1),
    "16進が小文字": lambda desk: in_hole(desk.receipt, bytes.lower),
    "16進が1桁少ない": lambda desk: in_hole(desk.receipt, lambda digits: digits[:-1]),
    "署名が2つ": lambda desk: sign(
        desk.receipt.replace(b"/T (Signature)", b"/T (Signatura)"), *new_signer(), ISSUED_AT
    ),
    "穴の位置が違う": lambda desk: desk.receipt.replace(b"/ByteRange [0 8", b"/ByteRange [0 7", 1),
    "ByteRangeがもう1つ": lambda desk: desk.paper(
        change=lambda pdf: setattr(pdf.Root, "Lang", pikepdf.String("/ByteRange"))
    ),
    # --- the container
    "余白が0でない": lambda desk: desk.with_hole(flip(lambda _: -1)),
    "余白のすぐ先が0でない": lambda desk: desk.with_hole(flip(container_end)),
    "容れ物の種類": lambda desk: desk.with_hole(flip(lambda _: 5)),
    "署名の値": lambda desk: desk.with_hole(flip(lambda padded: container_end(padded) - 1)),
    "署名の値のDER": lambda desk: desk.with_hole(flip(lambda padded: signature_at(padded) + 1)),
    "証明書の中": lambda desk: desk.with_hole(flip(lambda padded: padded.index("みなと".encode()))),
    "署名した内容の要約": lambda desk: desk.with_hole(
        flip(lambda padded: padded.index(bytes.fromhex("06092a864886f70d010904310f0420".replace("0f", "22"))) + 15)
    ),
    "手で組んだ、正しい署名": lambda desk: signed_by_hand(desk, new_signer()),
    "P-384の鍵": lambda desk: signed_by_hand(desk, new_signer(ec.SECP384R1())),
    "証明書の中に余分なもの": lambda desk: signed_by_hand(desk, new_signer(), with_more_inside),
    "時刻の証明": lambda desk: desk.stamped(),
    "別の署名の時刻の証明": lambda desk: desk.stamped(of=b"another signature"),
    "別の認証局の名前の時刻の証明": lambda desk: desk.stamped(desk.with_another_certificate),
    "時刻の証明ではないもの": lambda desk: desk.stamped(lambda _: b"0\x00"),
    "時刻の証明が2つ": lambda desk: other_attributes(desk.stamped(), times=2),
    "別の種類の付け足し": lambda desk: other_attributes(desk.stamped(), kind="1.2.840.113549.1.9.16.2.48"),
    "書かれた署名者と別の署名者": lambda desk: desk.paper(signer=new_signer()),
    # --- the PDF
    "スクリプト": lambda desk: desk.paper(change=script),
    "隠れたスクリプト": lambda desk: desk.paper(change=hidden_script),
    "リンク": lambda desk: desk.paper(change=link),
    "付せん": lambda desk: desk.paper(change=note),
    "知らない項目": lambda desk: desk.paper(change=new_root_key),
    "知らない名前の木": lambda desk: desk.paper(change=new_name_tree),
    "添付が多い": lambda desk: desk.paper(change=attach("more.txt", b"more")),
    "添付が足りない": lambda desk: desk.paper(change=without("proof.tlog-proof")),
    "別の書類の名前の添付": lambda desk: desk.paper(
        change=lambda pdf: (without(RECEIPT)(pdf), attach(CERTIFICATE, desk.facts())(pdf), None)[2]
    ),
    "圧縮していない添付": lambda desk: desk.paper(change=pack(RECEIPT, desk.facts(), None)),
    "知らない圧縮": lambda desk: desk.paper(change=pack(RECEIPT, b"00>", pikepdf.Name.ASCIIHexDecode)),
    "途中で切れた圧縮": lambda desk: desk.paper(change=pack("entry.json", b"x\x9c\x03\x00", pikepdf.Name.FlateDecode)),
    # --- the facts
    **{
        f"内容の書き方：{name}": lambda desk, change=change: desk.with_rewritten_facts(change)
        for name, change in {
            "改行": lambda data: data + b"\n",
            "空白": swap('":"', '": "'),
            "順序": lambda data: b'{"zz":0,' + data[1:],
            "知らない項目": lambda data: rfc8785.dumps(json.loads(data) | {"extra": 1}),
            "版": swap("/v1", "/v2"),
            "時刻の書き方": swap("09:41:10Z", "09:41:10+00:00"),
            "小数": swap(f'"index":{PLACE}', f'"index":{PLACE}.0'),
            "\\u": swap("受-", "\\u53d7-"),
            "途中まで": lambda data: data[:-1],
            "UTF-8でない": lambda data: b"\xff" + data,
            "BOM": lambda data: b"\xef\xbb\xbf" + data,
            "入れ子": lambda _: b"[" * 100_000,
            "同じ項目が2つ": swap('"protected":true', '"protected":true,"protected":true'),
            "空": lambda _: b"",
        }.items()
    },
    **{
        f"内容：{name}": lambda desk, changes=changes: desk.with_facts(RECEIPT, **changes)
        for name, changes in {
            "番号の形": {"number": "受-26-1"},
            "番号の後の改行": {"number": "受-2026-000123\n"},
            "照合値が大文字": {"sha256": "AB" * 32},
            "照合値が短い": {"sha256": "ab" * 31},
            "ソルト": {"salt": "C3" * 16},
            "サイズが負": {"size": -1},
            "サイズが文字": {"size": "1"},
            "サイズが真": {"size": True},
            "保護が数": {"protected": 1},
            "事務所の名前が空": {"office__name": ""},
            "受取先が空": {"receiver": ""},
            "項目が足りない": {"office__address": ...},
            "項目が多い": {"office__more": ""},
            "nullの名前": {"office__name": None},
            "発行が受取より前": {"issued_at": "2026-10-20T09:41:08Z"},
            "ない日": {"issued_at": "2027-02-29T09:41:10Z"},
            "24時": {"issued_at": "2026-10-20T24:00:00Z"},
            "秒より細かい": {"issued_at": "2026-10-20T09:41:10.500000Z"},
            "日本時間": {"issued_at": "2026-10-20T18:41:10+09:00"},
            "256文字の名前": {"file_name": "あ" * 256},
            "名前の向き": {"file_name": "a\u202exslx.exe"},
            "名前が空": {"file_name": ""},
            "検査の言葉": {"check_result": "OK"},
            "番号らしい名前": {"file_name": "1234 5678 9012.xlsx"},
            "番号らしい氏名（全角）": {"sender__person": "１２３４　５６７８　９０１２"},
            "番号らしい住所（中点）": {"office__address": "1234・5678・9012"},
            "番号らしい会社名（アラビア数字の別の形）": {"sender__company": "٠١٢٣٤٥٦٧٨٩٠١"},
            "署名者の照合値": {"signer_certificate_sha256": "5a" * 32},
            "記録の番号": {"record__operation_no": "3178-2"},
            "記録の位置": {"record__index": PLACE + 1},
            "記録の名前": {"record__origin": "azukari/office/x"},
            "指紋": {"record__verifier_key_fingerprint": "AAAA " * 7 + "AAAA"},
        }.items()
    },
    "廃棄証明書、前のものに代わる": lambda desk: desk.with_facts(
        CERTIFICATE, replaces={"number": "廃-2026-0040", "issued_at": "2026-10-20T09:40:30Z", "why": "住所の誤り"}
    ),
    "廃棄証明書、1名分の抜き書き": lambda desk: desk.with_facts(
        CERTIFICATE, extract_of="廃-2026-0040", outstanding="1件"
    ),
    **{
        f"証明書の内容：{name}": lambda desk, changes=changes: desk.with_facts(CERTIFICATE, **changes)
        for name, changes in {
            "0件": {"rows": []},
            "理由": {"reason": "OTHER"},
            "理由がtoString": {"reason": "toString"},
            "方法が一覧": {"method": ["KEY_ERASURE"]},
            "番号の区分": {"rows__0__kind": "current"},
            "登録日": {"rows__1__registered_on": "2016-11-31"},
            "登録日の書き方": {"rows__1__registered_on": "20161102"},
            "登録日が0年": {"rows__1__registered_on": "0000-01-01"},
            "行が一覧": {"rows__2": []},
            "行が辞書": {"rows": {}},
            "nullの抜き書き": {"extract_of": None},
            "空の抜き書き": {"extract_of": ""},
            "自分の抜き書き": {"extract_of": "廃-2026-0041"},
            "番号らしい持ち出し": {"outstanding": "1234-5678-9012"},
            "先の日付の前の証明書": {
                "replaces": {"number": "廃-2026-0040", "issued_at": "2026-10-20T09:41:11Z", "why": ""}
            },
            "廃棄より前の証明書": {
                "replaces": {"number": "廃-2026-0040", "issued_at": "2026-10-20T09:40:01Z", "why": ""}
            },
            "前の証明書の番号": {"replaces": {"number": "0040", "issued_at": "2026-10-20T09:40:30Z", "why": ""}},
            "前の証明書の項目": {"replaces": {"number": "廃-2026-0040", "issued_at": "2026-10-20T09:40:30Z"}},
            "日数が真": {"scope__backup_days": True},
            "承認が後": {"approval__at": "2026-10-20T09:40:03Z"},
            "24時間に1秒足りない": {"approval__rule": "ONE_PERSON_WAIT", "approval__at": "2026-10-19T09:40:03Z"},
            "番号らしいメモ": {"reason_note": "番号 123456789012"},
            "番号らしい氏名": {"rows__2__name": "1234-5678-9012"},
            "番号らしい目的": {"ended_purposes__1__basis": "1234−5678−9012"},
        }.items()
    },
    "2001件": lambda desk: desk.with_facts(CERTIFICATE, rows=json.loads(desk.facts(CERTIFICATE))["rows"][:1] * 2001),
    # --- the entry
    "別の内容の記録": lambda desk: desk.paper(
        facts=desk.facts(number="受-2026-000124"), entry=desk.entry(desk.facts())
    ),
    "証明書の上の受領の記録": lambda desk: desk.paper(CERTIFICATE, entry=desk.entry(desk.facts(CERTIFICATE), RECEIPT)),
    **{
        f"記録：{name}": lambda desk, changes=changes: desk.with_entry(**changes)
        for name, changes in {
            "出来事": {"event": "exchange.file.sent"},
            "内容がない": {"document": None},
            "事務所": {"office": "azukari"},
            "別の事務所": {"office": "00000000-0000-0000-0000-000000000002"},
            "事務所がない": {"office": None},
            "位置": {"seq": PLACE + 1},
            "位置が文字": {"seq": str(PLACE)},
            "位置が真": {"seq": True},
            "行": {"line": 2},
            "行が真": {"line": True},
            "操作": {"operation": 3179},
        }.items()
    },
    **{
        f"記録の書き方：{name}": lambda desk, change=change: desk.with_rewritten_entry(change)
        for name, change in {
            "空の辞書と空白": lambda _: b"{ }",
            "一覧": lambda _: b"[]",
            "途中": lambda _: b"{",
            "null": lambda _: b"null",
            "文字": lambda _: b'"a"',
            "入れ子": lambda _: b"[" * 100_000,
            "空白": swap('":"', '": "'),
            "順序": lambda data: data[:-1] + b',"a":0}',
            "小数": swap(f'"seq":{PLACE}', f'"seq":{PLACE}.0'),
            "大きな整数": lambda data: data[:-1] + b',"zz":9007199254740992}',
            "とても大きな整数": lambda data: data[:-1] + b',"zz":100000000000000000000}',
            "負の0": lambda data: data[:-1] + b',"zz":-0}',
            "NaN": lambda data: data[:-1] + b',"zz":NaN}',
            "半分の文字": lambda data: data[:-1] + b',"zz":"\\ud800"}',
            "同じ項目が2つ": lambda data: data[:-1] + b',"zz":0,"zz":0}',
            "UTF-16": lambda data: data.decode().encode("utf-16"),
            "UTF-8でない": lambda data: data[:-1] + b',"zz":"\xff"}',
            "BOM": lambda data: b"\xef\xbb\xbf" + data,
        }.items()
    },
    "記録の写しの深い入れ子": lambda desk: desk.with_rewritten_entry(
        lambda data: data[:-1] + b',"zz":' + b"[" * 300 + b"]" * 300 + b"}"
    ),
    # --- the proof
    **{
        f"証明：{name}": lambda desk, change=change: desk.with_proof(change)
        for name, change in {
            "空": lambda _: b"",
            "UTF-8でない": lambda _: b"\xff",
            "UTF-8でない署名者": lambda proof: proof + b"\xe2\x80\x94 \xff\xfe AAAAAAA=\n",
            "題": swap("@v1", "@v2"),
            "BOM": lambda proof: b"\xef\xbb\xbf" + proof,
            "改行の種類": lambda proof: proof.replace(b"\n", b"\r\n"),
            "終わりの改行": lambda proof: proof[:-1],
            "制御文字": swap("index", "index\x00"),
            "番号の前の0": swap(f"index {PLACE}", f"index 0{PLACE}"),
            "番号が大きい": swap(f"index {PLACE}", "index 9223372036854775808"),
            "番号が負": swap(f"index {PLACE}", "index -1"),
            "別の番号": swap(f"index {PLACE}", f"index {PLACE - 1}"),
            "ハッシュが足りない": proof_of(0),
            "ハッシュが多い": proof_of(2),
            "ハッシュが64": proof_of(64),
            "ハッシュが63": proof_of(63),
            "ハッシュの1ビット": lambda proof: proof.replace(proof.split(b"\n")[2], b64encode(bytes(32)), 1),
            "base64の余り": lambda proof: proof.replace(proof.split(b"\n")[2], proof.split(b"\n")[2][:-2] + b"B=", 1),
            "base64のURL形": lambda proof: proof.replace(proof.split(b"\n")[2], b"_" * 43 + b"=", 1),
            "短いハッシュ": lambda proof: proof.replace(proof.split(b"\n")[2], b64encode(bytes(31)), 1),
            "空行": swap("\n\n", "\n"),
            "大きすぎる": lambda proof: proof + b"x" * 70_000 + b"\n",
            "署名の行がない": lambda proof: proof[: proof.rindex(b"\n\n") + 2],
            "署名の行が17": lambda proof: witnessed(proof, 16),
            "同じ署名が2つ": lambda proof: witnessed(proof, 0, own_line(proof)),
            "署名の印": lambda proof: proof.replace("—".encode(), b"-"),
            "署名の空白": lambda proof: proof.replace("— ".encode(), "—  ".encode()),
            "署名が短い": lambda proof: proof.replace(own_line(proof).split(b" ")[2], b"AAAA\n"),
            "署名者の名前": lambda proof: proof.replace(own_line(proof), own_line(proof).replace(b"office", b"off1ce")),
            "署名者の名前に全角空白": lambda proof: proof.replace(
                own_line(proof), own_line(proof).replace(b"office", "o　".encode())
            ),
            "署名の1ビット": lambda proof: proof.replace(
                own_line(proof).split(b" ")[2],
                b64encode(b64decode(own_line(proof).split(b" ")[2])[:4] + bytes(64)) + b"\n",
            ),
            "署名が63バイト": lambda proof: proof.replace(
                own_line(proof).split(b" ")[2], b64encode(b64decode(own_line(proof).split(b" ")[2])[:-1]) + b"\n"
            ),
        }.items()
    },
    **{
        f"記録の頭：{name}": lambda desk, text=text: desk.with_head(text)
        for name, text in {
            "大きさが0": "{origin}\n0\n{root}\n",
            "大きさが小さい": f"{{origin}}\n{PLACE}\n{{root}}\n",
            "大きさが違う": f"{{origin}}\n{PLACE + 9}\n{{root}}\n",
            "大きさの前の0": f"{{origin}}\n0{PLACE + 1}\n{{root}}\n",
            "大きさが2の63乗": "{origin}\n9223372036854775808\n{root}\n",
            "別の名前": f"azukari/office/other\n{PLACE + 1}\n{{root}}\n",
            "行が多い": f"{{origin}}\n{PLACE + 1}\n{{root}}\nmore\n",
            "行が足りない": f"{{origin}}\n{PLACE + 1}\n",
            "空の名前": f"\n{PLACE + 1}\n{{root}}\n",
            "別の根": f"{{origin}}\n{PLACE + 1}\n{b64encode(bytes(32)).decode()}\n",
        }.items()
    },
    "別の事務所の署名": lambda desk: desk.paper(
        facts=(facts := desk.facts()), entry=(entry := desk.entry(facts)), proof=desk.other.proof(entry)
    ),
    "記録にない写し": lambda desk: desk.paper(proof=desk.log.proof(b"another entry")),
    "節を葉に見せた写し": lambda desk: desk.paper(
        facts=(facts := desk.facts(record__index=0)),
        entry=(entry := desk.entry(facts, seq=0)),
        proof=whole_proof(desk, entry, chain.node_hash(bytes(32), chain.leaf_hash(entry))),
    ),
    # --- the key
    "検証鍵がない": lambda desk: desk.with_key(""),
    "検証鍵の番号": lambda desk: desk.with_key(desk.log.signer.verifier_key().replace("+", "+0", 1)),
    "検証鍵の種類": lambda desk: desk.with_key(f"{desk.log.origin}+00000000+{b64encode(bytes([2]) * 33).decode()}"),
    "検証鍵の名前に空白": lambda desk: desk.with_key(desk.log.signer.verifier_key().replace("office", "of ice")),
    "検証鍵の後の改行": lambda desk: desk.with_key(desk.log.signer.verifier_key() + "\n"),
    "別の検証鍵": lambda desk: desk.with_key(
        desk.other.signer.verifier_key(), checkpoint.fingerprint(desk.other.signer.verifier_key())
    ),
    # --- flipped bits, all over the file
    **{
        f"{place}番目のバイトの{bit}": flipped(place, bit)
        for place, bit in zip(random.Random(29).sample(range(90_000), 40), [1, 32, 128, 255] * 10, strict=True)  # noqa: S311 - no secret
    },
}

# Where the page says that it cannot tell, whatever the program says.
UNKNOWN_TO_THE_PAGE = {
    "P-384の鍵",
    "証明書の中に余分なもの",
    "時刻の証明ではないもの",
    "途中で切れた圧縮",
    "記録の写しの深い入れ子",
}

# What is seldom going to break alone: the rest of the long tables.
AT_NIGHT = {
    name
    for number, name in enumerate(ROWS)
    if name.startswith(("内容：", "証明書の内容：", "記録の書き方：", "証明：")) and number % 3
} | {name for name in ROWS if "番目のバイト" in name or name == "2001件"}
