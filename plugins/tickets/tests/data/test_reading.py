"""Files as the world writes them: encodings, spreadsheets, iTop's exports, names for ids."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cti_tickets.commands.data import data
from cti_tickets.model.classes.registry import Organization, Person, PhoneCall, UserRequest
from cti_tickets.transfer.importing import ImportRefused, import_files
from cti_tickets.transfer.outcome import Imported
from cti_tickets.transfer.reading.plain import Wish
from flask import Flask
from openpyxl import Workbook
from transfer_kit import done, imported, line

HEADER = "id,name,first_name,org_id,phone"
ADA = "7,Lovelace,Ada,1,0987654321"


@pytest.fixture(autouse=True)
def acme(make_database: Callable[..., Flask], tmp_path: Path) -> Iterator[None]:
    """Tables with one organization in them."""
    app = make_database(toml='timezone = "Europe/Paris"')
    with app.app_context(), app.extensions["cti_host"].database.connection_context():
        path = tmp_path / "before.jsonl"
        path.write_text(line("Organization", 1, name="Acme", code="AC") + "\n")
        import_files([path])
        yield


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Make a file with a content."""

    def made(content: str | bytes, name: str = "Person.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return made


def people() -> list[tuple[int, str, str, str]]:
    query: Any = Person.select(Person.id, Person.first_name, Person.name, Person.phone)
    return list(query.order_by(Person.id).tuples())


def stored(model: Any, id_: int) -> Any:
    return model.get_by_id(id_)


def refused(path: Path, **wish: Any) -> list[str]:
    with pytest.raises(ImportRefused) as error:
        import_files([path], Wish(**wish))
    return [f"{p.line}: {p.message}" for p in error.value.problems]


def run(*arguments: Any) -> Any:
    return CliRunner().invoke(data, ["import", *map(str, arguments)])


# Encodings


@pytest.mark.parametrize(
    "encoded",
    [
        lambda text: text.encode(),
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("utf-16-le"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_unicode_in_any_form_is_read_without_a_word(
    file: Any, encoded: Callable[[str], bytes], end: str
) -> None:
    text = end.join([HEADER, "7,Lovelacé,Žofie,1,0987654321", ""])
    assert import_files([file(encoded(text))]).remarks == []
    assert people() == [(7, "Žofie", "Lovelacé", "0987654321")]


@pytest.mark.parametrize("encoding", ["cp1252", "iso-8859-1"])
def test_western_windows_is_guessed_and_said(file: Any, encoding: str) -> None:
    text = f"{HEADER}\n7,Mañana,Jürgen,1,\n8,Håkansson,Noëlle,1,\n"
    path = file(text.encode(encoding))
    result = run(path)
    assert "Person.csv is not UTF-8: read as Windows-1252" in result.stderr
    assert [name for _id, first, last, _phone in people() for name in (first, last)] == [
        *("Jürgen", "Mañana"),
        *("Noëlle", "Håkansson"),
    ]


def test_a_bad_row_of_another_encoding_comes_back_in_utf_8(file: Any, tmp_path: Path) -> None:
    path = file(f"{HEADER}\n7,Müller,,1,\n".encode("cp1252"))
    assert run("--skip-bad", path).exit_code == 3
    assert "7,Müller,,1," in (tmp_path / "Person.bad.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Привет,Мир", "cp1251"),  # letters that are never alone
        ("Müller,Léa", "cp850"),  # DOS
        ("名前,太郎", "shift_jis"),
    ],
)
def test_what_can_be_nothing_western_has_to_be_named(file: Any, text: str, encoding: str) -> None:
    path = file(f"{HEADER}\n7,{text},1,\n".encode(encoding))
    assert refused(path) == ["2: is not UTF-8 text; name its encoding with --encoding"]
    assert run("--encoding", encoding, path).exit_code == 0
    assert [(name, first) for _id, first, name, _phone in people()] == [tuple(text.split(","))]


def test_utf_8_with_a_broken_byte_is_not_taken_for_something_else(file: Any) -> None:
    text = f"{HEADER}\n7,Müller,Zoé,1,\n8,Gar".encode() + b"\xe7on,Al,1,\n"
    assert refused(file(text)) == ["3: is not UTF-8 text; name its encoding with --encoding"]


def test_a_wrong_encoding_is_refused_with_the_place(file: Any) -> None:
    path = file(f"{HEADER}\n7,Müller,Al,1,\n".encode("cp1252"))
    assert refused(path, encoding="ascii") == ["1: is not text in the encoding ascii"]
    result = run("--encoding", "klingon", path)
    assert (result.exit_code, "there is no encoding klingon" in result.output) == (2, True)


# Tables


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\r\nid;name;first_name;org_id;phone\r\n7;Lovelace;Ada;1;0987654321\r\n",
        '"sep=|"\nid|name|first_name|org_id|phone\n7|Lovelace|Ada|1|0987654321\n',
        "\n;;\nid;name;first_name;org_id;phone\n;;;;\n \n7;Lovelace;Ada;1;0987654321\n; ;;;\n",
        "id\tname\tfirst_name\torg_id\tphone\n7\tLovelace\tAda\t1\t0987654321\n",
        "id;name;first_name;org_id;phone;;\n7;Lovelace;Ada;1;0987654321;;\n",
        "id;name;first_name;org_id;phone\n7;Lovelace;Ada;1;0987654321;;;\n",
        "phone;name;first_name;org_id;ID;status;email\n0987654321;Lovelace;Ada;1;7\n",
        '"id","name","first_name","org_id","phone"\n"7","Lovelace","Ada","1","=""0987654321"""\n',
        "\u200eID*,NAME*,First_Name,ORG_ID,Phone\ufeff\n7,Lovelace,Ada,1,0987654321\n",
        "Id,Last name,First name,Organization,PHONE\n7,Lovelace,Ada,1,0987654321\n",
        "id;nom de famille;PRENOM;Organisation;Téléphone\n7;Lovelace;Ada;1;0987654321\n",
        "id;Nom de famille;Prénom;Organisation->Nom;Téléphone\n7;Lovelace;Ada;acme;0987654321\n",
        "id,name,first_name,org_id->code,phone\n7,Lovelace,Ada,AC,0987654321\n",
        "id,name,first_name,Organization -> Full name,phone\n7,Lovelace,Ada,ACME,0987654321\n",
        "id,name,first_name,org_id,phone\n7,Lovelace,Ada,Acme,0987654321\n",
    ],
)
def test_a_table_in_any_of_these_forms_says_the_same(file: Any, text: str) -> None:
    assert import_files([file(text)]).created == {"Person": 1}
    assert people() == [(7, "Ada", "Lovelace", "0987654321")]


@pytest.mark.parametrize("name", ["PERSON.CSV", "person.txt", "Person.tsv", "Person"])
def test_the_name_of_a_file_names_its_class_in_any_case(file: Any, name: str) -> None:
    assert import_files([file(f"{HEADER}\n{ADA}\n", name)]).created == {"Person": 1}


def test_what_a_short_row_leaves_out_is_not_emptied(file: Any) -> None:
    import_files([file(f"{HEADER}\n{ADA}\n")])
    assert done(imported(file("id,name,phone\n7,Byron\n"), "id")) == (0, 1, 0)
    assert people() == [(7, "Ada", "Byron", "0987654321")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name,Last name\nA,B\n", "1: two columns are name: name and Last name"),
        ("id,,name\n7,A,B\n", "2: has a value in a column without a name"),
        ("id,name\n7,A,B\n", "2: has 3 cells, the header has 2"),
        (
            f"{HEADER}\n7,A,B,1,4.41E+11\n",
            "2: phone: a spreadsheet has cut this number: make its column one of text there, and "
            "fill it in anew",
        ),
    ],
)
def test_what_is_not_certain_is_refused(file: Any, text: str, problem: str) -> None:
    assert problem in refused(file(text))


def test_what_follows_from_other_values_is_left_out_and_said_once_a_column(file: Any) -> None:
    columns = "org_name,org_id->status,org_id->name,friendlyname,finalclass,Obsolete"
    rows = "".join(f"{id_},L,A,1,,No,No,No,No,Person,no\n" for id_ in (7, 8))
    outcome = import_files([file(f"{HEADER},{columns}\n{rows}")])
    assert outcome.created == {"Person": 2}
    assert outcome.ignored == {
        f"Person.{name}": 2
        for name in ("org_name", "org_id->status", "org_id->name", "friendlyname")
    } | {"Person.obsolescence_flag": 2}


# Workbooks


def workbook(path: Path, *rows: list[Any], more: str = "") -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if more:
        book.create_sheet(more)
    book.save(path)
    return path


def test_the_first_sheet_of_a_workbook_is_a_table(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["Id", "Last name", "First name", "Organization", "Phone", "Mobile phone"])
    sheet.append([7.0, "Lovelace\nByron", "Ada", "Acme", 987654321, "=1+1"])
    sheet["E2"].number_format = "00 00 00 00 00"
    sheet["F2"].data_type = "s"
    sheet.append([None, None])
    sheet.append([8, "Hopper", "Grace", 1, 4155550143.0])
    book.create_sheet("Notes")
    book.save(tmp_path / "Person.xlsx")
    outcome = import_files([tmp_path / "Person.xlsx"])
    assert outcome.remarks == ["Person.xlsx: only the first sheet is read, not Notes"]
    assert people() == [
        (7, "Ada", "Lovelace\nByron", "0987654321"),
        (8, "Grace", "Hopper", "4155550143"),
    ]
    assert Person.get_by_id(7).mobile_phone == "=1+1"


def test_bad_rows_of_a_workbook_are_named_by_number_and_come_back_as_csv(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["id", "name", "first_name", "org_id"]]
    rows += [[7, "A\nB", "", 1], [8, "C", "", 1]]
    book = workbook(tmp_path / "Person.xlsx", *rows)
    assert refused(book) == ["2: first_name: is required", "3: first_name: is required"]
    outcome = imported(book, skip_bad=True)
    (bad,) = outcome.bad_files
    assert bad.name == "Person.bad.csv"
    corrected = bad.read_text().replace(",,1", ",Ada,1")
    bad.write_text(corrected)
    assert done(imported(bad)) == (2, 0, 0)


def test_dates_of_a_workbook_are_those_of_the_host_s_time_zone(tmp_path: Path) -> None:
    book = workbook(
        tmp_path / "UserRequest.xlsx",
        ["id", "title", "description", "org_id", "start_date"],
        [1, "T", "D", 1, datetime(2026, 7, 1, 9, 30)],
    )
    import_files([book])
    assert UserRequest.get_by_id(1).start_date == datetime(2026, 7, 1, 7, 30)


@pytest.mark.parametrize("content", [b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0 old"])
def test_what_is_no_workbook_of_today_is_refused(file: Any, content: bytes) -> None:
    (problem,) = refused(file(content, "Person.xlsx"))
    assert "save it as .xlsx or CSV" in problem


# JSON


ANSWER = {
    "code": 0,
    "message": "Found: 2",
    "objects": {
        f"Person::{id_}": {
            "code": 0,
            "message": "",
            "class": "Person",
            "key": str(id_),
            "fields": {
                "id": str(id_),
                "name": "Lovelace",
                "first_name": "Ada",
                "org_id": "1",
                "org_id_friendlyname": "Acme",
                "phone": "0987654321",
                "team_list": [],
            },
        }
        for id_ in (7, 8)
    },
}
OBJECT = {"class": "Person", "fields": {"name": "Lovelace", "first_name": "Ada", "org_id": 1}}


@pytest.mark.parametrize("name", ["persons.json", "answer.jsonl", "answer.txt"])
@pytest.mark.parametrize("indent", [None, 4])
def test_an_answer_of_itop_is_read_as_it_was_saved(file: Any, name: str, indent: Any) -> None:
    path = file(json.dumps(ANSWER, indent=indent), name)
    assert import_files([path]).created == {"Person": 2}
    assert [id_ for id_, *_rest in people()] == [7, 8]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_of_objects_is_read(file: Any, indent: Any) -> None:
    path = file(json.dumps([{**OBJECT, "id": 7}, OBJECT], indent=indent), "all.json")
    assert import_files([path]).created == {"Person": 2}
    flat = [{"name": "B", "first_name": "C", "org_id": "Acme"}]
    assert import_files([file(json.dumps(flat), "Person.json")]).created == {"Person": 1}


def test_what_is_wrong_in_a_list_is_named_by_its_number_and_comes_back_as_a_line(
    file: Any, tmp_path: Path
) -> None:
    path = file(json.dumps([OBJECT, {"class": "Person"}, 5]), "all.json")
    problems = refused(path)
    assert [problem.partition(":")[0] for problem in problems] == ["2", "3"]
    assert run("--skip-bad", path).exit_code == 3
    assert (tmp_path / "all.bad.jsonl").read_text().splitlines()[1::2] == [
        '{"class": "Person"}',
        "5",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[\n{},\n{", "1: is not JSON (line 3)"),
        ("[{}]\n]", "1: is not JSON (line 2)"),
        ('{"code": 1, "message": "no"}', "1: is an answer of iTop that reports an error"),
        ('{"code": 0, "objects": null, "x": }', "1: is not JSON (line 1)"),
    ],
)
def test_json_that_breaks_off_is_refused_with_its_line(file: Any, text: str, problem: str) -> None:
    assert refused(file(text, "all.json")) == [problem]


def test_a_list_longer_than_what_is_read_at_once(file: Any) -> None:
    objects = [{**OBJECT, "fields": {**OBJECT["fields"], "function": "x" * 200}}] * 500  # type: ignore[dict-item]
    assert import_files([file(json.dumps(objects), "all.json")]).created == {"Person": 500}


# Values


def requests(file: Any, *dates: str, separator: str = ",", **wish: Any) -> list[datetime]:
    head = separator.join(["title", "description", "org_id", "start_date"])
    rows = [separator.join(["T", "D", "1", day]) for day in dates]
    import_files([file("\n".join([head, *rows, ""]), "UserRequest.csv")], Wish(**wish))
    query: Any = UserRequest.select(UserRequest.start_date).order_by(UserRequest.id)
    return [moment for (moment,) in query.tuples()]


@pytest.mark.parametrize(
    ("text", "separator", "moment"),
    [
        ("2026-01-05 14:30:00", ",", datetime(2026, 1, 5, 14, 30)),  # as exports have it: UTC
        ("05/01/2026 14:30", ";", datetime(2026, 1, 5, 13, 30)),  # Paris
        ("5.1.2026 14:30:10", ",", datetime(2026, 1, 5, 13, 30, 10)),
        ("05.01.2026", ",", datetime(2026, 1, 4, 23, 0)),
        ("1/31/2026 2:30 PM", ",", datetime(2026, 1, 31, 13, 30)),
        ("31/01/2026 14h30", ",", datetime(2026, 1, 31, 13, 30)),
        ("2026/01/05 14:30", ",", datetime(2026, 1, 5, 13, 30)),
        ("12/31/2026 12:00 am", ",", datetime(2026, 12, 30, 23, 0)),
    ],
)
def test_moments_are_read_as_people_write_them(
    file: Any, text: str, separator: str, moment: datetime
) -> None:
    assert requests(file, text, separator=separator) == [moment]


def test_one_date_shows_for_all_what_comes_first(file: Any) -> None:
    assert requests(file, "02/03/2026", "13/03/2026", zone=UTC) == [
        datetime(2026, 3, 2),
        datetime(2026, 3, 13),
    ]


def test_a_date_that_may_be_two_days_is_refused_unless_it_is_said(file: Any) -> None:
    with pytest.raises(ImportRefused) as error:
        requests(file, "02/03/2026 10:00")
    assert "say which with --dates dmy or --dates mdy" in str(error.value)
    assert requests(file, "02/03/2026 10:00", day_first=False) == [datetime(2026, 2, 3, 9, 0)]


@pytest.mark.parametrize("text", ["31/31/2026", "30.02.2026", "1.2.2026 25:00", "13:00 1/1/2026"])
def test_what_is_no_day_is_refused(file: Any, text: str) -> None:
    with pytest.raises(ImportRefused):
        requests(file, text)


def test_the_command_names_the_time_zone_and_the_order_of_dates(file: Any) -> None:
    rows = ["title,description,org_id,start_date", "T,D,1,02/03/2026 10:00"]
    path = file("\n".join([*rows, "T,D,1,2026-07-01 10:00:00", ""]), "UserRequest.csv")
    assert run("--dates", "dmy", "--timezone", "America/New_York", path).exit_code == 0
    assert [r.start_date for r in UserRequest.select().order_by(UserRequest.id)] == [
        datetime(2026, 3, 2, 15),
        datetime(2026, 7, 1, 14),
    ]
    assert run("--timezone", "Mars/Olympus", path).exit_code == 2


def test_a_day_alone_stays_that_day(file: Any) -> None:
    import_files([file("title,description,org_id\nT,D,1\n", "UserRequest.csv")])
    import_files([file("ticket_id,flow,date\n1,inbound,31/01/2026\n", "PhoneCall.csv")])
    assert PhoneCall.get().date == date(2026, 1, 31)


@pytest.mark.parametrize("label", ["inactive", "Inactive", "INACTIF"])
def test_values_are_given_by_code_or_label(file: Any, label: str) -> None:
    import_files([file(f"id,name,first_name,org_id,Statut,Notification\n7,L,A,1,{label},oui\n")])
    assert (Person.get().status, Person.get().notify) == ("inactive", "yes")


# Names in place of ids


def test_a_name_that_several_have_is_refused_with_the_candidates(file: Any) -> None:
    import_files([file("id,name\n2,ACMÉ\n", "Organization.csv")])
    assert refused(file(f"{HEADER}\n7,L,A,acme,\n")) == [
        "2: org_id: several are meant: Acme (id 1), ACMÉ (id 2)"
    ]
    assert refused(file(f"{HEADER}\n7,L,A,Nobody,\n")) == [
        "2: org_id: there is no Organization Nobody"
    ]


def test_names_of_objects_of_the_same_files_are_known(file: Any) -> None:
    organizations = file("id,name,parent_id\n3,Part,Holding\n2,Holding,\n4,Third,Part\n")
    organizations = organizations.rename(organizations.parent / "Organization.csv")
    assert refused(organizations) == ["2: parent_id: there is no Organization Holding"]
    organizations.write_text("id,name,parent_id\n2,Holding,\n3,Part,Holding\n4,Third,Part\n")
    people_ = file(f"{HEADER},manager_id\n7,Lovelace,Ada,Third,,\n8,B,C,Third,,Ada Lovelace\n")
    assert import_files([organizations, people_]).created == {"Organization": 3, "Person": 2}
    assert [stored(Organization, id_).parent_id for id_ in (1, 2, 3, 4)] == [
        *(None, None, 2, 3),
    ]
    assert stored(Person, 8).manager_id == 7


def test_a_new_object_without_an_id_can_t_be_named_yet(file: Any) -> None:
    organizations = file("name,parent_id\nHolding,\nPart,Holding\n", "Organization.csv")
    assert refused(organizations) == [
        "3: parent_id: Holding is new and has no id yet: give it one, or import it first"
    ]


def test_objects_are_matched_by_names_and_labels(file: Any) -> None:
    import_files([file(f"{HEADER}\n{ADA}\n")])
    outcome: Imported = imported(
        file("Last name,Organization,Status,Function\nlovelace,Acme,Active,Countess\n"),
        "name,org_id,status",
    )
    assert done(outcome) == (0, 1, 0)
    assert Person.get().function == "Countess"


def test_lines_of_json_name_objects_too(file: Any) -> None:
    path = file(line("Person", 7, name="L", first_name="A", org_id="AC") + "\n", "p.jsonl")
    assert import_files([path]).created == {"Person": 1}


@pytest.mark.parametrize("name", ["p.jsonl", "p.json"])
def test_a_decimal_s_point_is_dropped_and_an_exponent_stays_a_text(file: Any, name: str) -> None:
    lines = [
        f'{{"class": "Person", "id": {id_}, "fields": {{"name": "B", "first_name": "A",'
        f' "org_id": 1, "phone": {number}}}}}'
        for id_, number in ((7, "33987654321.0"), (8, "4.41E+11"), (9, "4e11"))
    ]
    text = "\n".join(lines) + "\n" if name == "p.jsonl" else f"[{', '.join(lines)}]"
    import_files([file(text, name)])
    assert [phone for *_names, phone in people()] == ["33987654321", "4.41E+11", "4e11"]
