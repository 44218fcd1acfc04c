//! What goes out is what is on the list, marked and logged.

use std::io::Cursor;

use super::*;
use crate::audit::{AuditFilter, search};
use crate::exchange::reading::{Source, Workbook};
use crate::members::{Filter, Search};

fn grown(test: &TestDb) -> (Place, Desk) {
    let place = plant(test);
    let desk = desk(test, &place);
    let text = roll(0..30)
        + &roll(100..105)
            .replace("东镇纺织厂工会", "西镇机械厂工会")
            .lines()
            .skip(1)
            .map(|line| format!("{line}\n"))
            .collect::<String>();
    let batch = upload(&desk, &test.actor(), "a.csv", text.as_bytes()).unwrap();
    check(&desk, test, &test.actor(), &batch);
    assert_eq!(confirm(&desk, test, &test.actor(), batch.id).tally.new, 35);
    (place, desk)
}

fn request(filter: Filter, kind: FileKind) -> ExportRequest {
    ExportRequest {
        filter,
        in_words: "全部".into(),
        kind,
        reveal: None,
    }
}

fn export(desk: &Desk, actor: &Actor, request: &ExportRequest) -> (Exported, Vec<u8>) {
    let mut out = Cursor::new(Vec::new());
    let exported = desk
        .export_members(actor, &Permit::program(), request, &mut out)
        .unwrap();
    (exported, out.into_inner())
}

store::db_test!(fn the_list_goes_out_marked_and_logged(test) {
    let (place, desk) = grown(test);
    let actor = officer(test, &place.town_a.path);
    let (exported, bytes) = export(&desk, &actor, &request(Filter::default(), FileKind::Xlsx));
    assert_eq!((exported.rows, exported.masked), (30, true), "only the scope's members");
    let book = Workbook::open(&Source::memory(bytes)).unwrap();
    let rows: Vec<_> = book.rows("Sheet1").map(Result::unwrap).collect();
    assert_eq!(rows.len(), 32);
    assert!(rows[0].cell(0).display().contains(&exported.no) && rows[0].cell(0).display().contains("测试员"));
    assert_eq!(rows[1].cell(2).display(), "证件号码");
    let shown: String = rows.iter().flat_map(|row| row.cells.iter()).map(reading::Cell::display).collect();
    assert!(shown.contains("330113********") && !shown.contains(&number(0)), "masked");
    assert!(rows[2].cell(6).display() == "东镇纺织厂工会" && rows[2].cell(0).display().contains('*'));
    let filter = AuditFilter { action: "export.members".into(), ..Default::default() };
    let logged = test.db.read(&test.actor(), |tx| search(tx, &filter, 5)).unwrap();
    assert_eq!(logged.len(), 1);
    // The filter of the list is the filter of the file.
    let one = Filter { search: Search::read(test.db.vault(), &number(3)), ..Filter::default() };
    let (exported, bytes) = export(&desk, &actor, &request(one, FileKind::Csv));
    assert_eq!(exported.rows, 1);
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with('\u{FEFF}') && text.contains("导出") && text.lines().count() == 3, "{text}");
    let nobody = Permit::with(Default::default());
    let refused = desk.export_members(&actor, &nobody, &request(Filter::default(), FileKind::Csv), &mut Cursor::new(Vec::new()));
    assert!(matches!(refused, Err(ExchangeError::Forbidden(_))));
});

store::db_test!(fn in_clear_only_with_a_reason_that_members_can_read(test) {
    let (place, desk) = grown(test);
    let actor = officer(test, &place.town_a.path);
    let mut request = request(Filter::default(), FileKind::Csv);
    request.reveal = Some("看".into());
    let refused = desk.export_members(&actor, &Permit::program(), &request, &mut Cursor::new(Vec::new()));
    assert!(refused.unwrap_err().to_string().contains("理由"));
    request.reveal = Some("办理医疗互助参保".into());
    let (exported, bytes) = export(&desk, &actor, &request);
    let text = String::from_utf8(bytes).unwrap();
    assert!(!exported.masked && text.contains(&format!("'{}", number(7))) && text.contains(&name(7)));
    let filter = AuditFilter { action: "member.revealed".into(), subject_id: member(test, 7).unwrap().id.to_string(), ..Default::default() };
    let seen = test.db.read(&test.actor(), |tx| search(tx, &filter, 5)).unwrap();
    assert_eq!(seen.len(), 1);
    // The member reads who it was, what for, and that it was a list with these numbers in clear.
    let id = member(test, 7).unwrap().id;
    let read = test.db.read(&test.actor(), |tx| crate::members::reveal::openings(tx, id)).unwrap();
    assert_eq!((read[0].actor.as_str(), read[0].why.as_str()), (actor.label.as_str(), "办理医疗互助参保"));
    let said = format!("导出了含明文的名单，其中本人的证件号码、手机号码没有遮盖（名单 {}，共 {} 人）", exported.no, exported.rows);
    assert_eq!(read[0].what, said);
    // What went out can come in again: headings, numbers and all.
    let batch = upload(&desk, &actor, "again.csv", text.as_bytes()).unwrap();
    let batch = check(&desk, test, &actor, &batch);
    assert_eq!((batch.tally.unchanged, batch.tally.refused), (30, 0), "{:?}", problems(&desk, &actor, batch.id).first());
});
