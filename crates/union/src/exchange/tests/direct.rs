//! Imports from the command line: one pass, resumed after a crash, taken back when the file breaks off.

use std::path::PathBuf;

use super::*;
use crate::exchange::reading::{Source, Workbook};

fn request(place: &Place, text: &str) -> Request {
    let file: PathBuf = place.folder.path().join("名册.csv");
    std::fs::write(&file, text).unwrap();
    Request {
        file,
        kind: ImportKind::Members,
        org: None,
        sheet: None,
        wishes: Default::default(),
        dry_run: false,
        errors: None,
    }
}

fn import(desk: &Desk, actor: &Actor, request: &Request) -> Result<Report, ExchangeError> {
    desk.import_file(actor, &Permit::program(), request, &mut |_| Ok(()))
}

store::db_test!(fn a_rehearsal_says_what_the_import_does(test) {
    let place = plant(test);
    let (desk, actor) = (desk(test, &place), test.actor());
    let text = format!("{}{},{},,不存在的工会,\n王小,330113199003070017,,东镇纺织厂工会,\n", roll(0..40), name(800), number(800));
    let mut request = request(&place, &text);
    request.dry_run = true;
    let said = import(&desk, &actor, &request).unwrap();
    assert_eq!((said.rows, said.new, said.refused, said.dry_run), (42, 40, 2, true));
    assert_eq!(count(test, &place.shop_a), 0);
    assert!(test.db.read(&actor, |tx| list(tx, None, 10)).unwrap().is_empty(), "nothing is written");
    request.dry_run = false;
    request.errors = Some(place.folder.path().join("错误.xlsx"));
    let done = import(&desk, &actor, &request).unwrap();
    assert_eq!((done.rows, done.new, done.refused), (said.rows, said.new, said.refused));
    assert_eq!(done.rows_refused, said.rows_refused);
    let rows: Vec<_> = done.rows_refused.iter().map(|row| (row.row, row.field.as_str(), row.code.as_str())).collect();
    assert_eq!(rows, [(42, "所属工会", "org.unknown"), (43, "证件号码", "id.check_digit")]);
    let json = serde_json::to_string(&done).unwrap();
    assert!(!json.contains("330113199003070017") && !json.contains(&number(800)), "no full number: {json}");
    // The workbook of errors can be read back, and is understood.
    let book = Workbook::open(&Source::file(request.errors.as_ref().unwrap())).unwrap();
    let rows: Vec<_> = book.rows("问题行").map(Result::unwrap).collect();
    let headings: Vec<_> = rows[0].cells.iter().map(reading::Cell::display).collect();
    assert_eq!(headings, ["原行号", "姓名", "身份证号", "⚠ 证件号码的问题", "手机号", "所属工会", "⚠ 所属工会的问题", "入会日期"]);
    assert_eq!(rows[1].cell(0).display(), "42");
    assert!(rows[1].cell(6).display().contains("不存在的工会"));
    assert!(rows[2].cell(3).display().contains("核对"), "{:?}", rows[2]);
    // The same file again changes nothing and says so.
    let again = import(&desk, &actor, &request).unwrap();
    assert_eq!((again.new, again.updated, again.unchanged), (0, 0, 40));
    assert!(again.message.contains("导入过"), "{}", again.message);
});

store::db_test!(fn a_crash_costs_no_row(test) {
    let place = plant(test);
    let (desk, actor) = (desk(test, &place), test.actor());
    let twice = format!("{},{},,东镇纺织厂工会,2020-05-01\n", name(5), number(5));
    let mut request = request(&place, &format!("{}{twice}", roll(0..4_500)));
    request.org = Some("东镇纺织厂".into());
    let mut chunks = 0;
    let died = desk.import_file(&actor, &Permit::program(), &request, &mut |_| {
        chunks += 1;
        if chunks == 2 { Err(ExchangeError::Depot("the program was killed here".into())) } else { Ok(()) }
    });
    assert!(matches!(died, Err(ExchangeError::Depot(_))));
    assert_eq!(count(test, &place.shop_a), 4_000, "whole chunks only");
    let batch = &test.db.read(&actor, |tx| list(tx, None, 10)).unwrap()[0];
    assert_eq!((batch.state, batch.rows_done, batch.cursor), (BatchState::Importing, 4_000, 4_001));
    let mut seen = 0;
    let report = desk.import_file(&actor, &Permit::program(), &request, &mut |progress| {
        seen = progress.done;
        Ok(())
    }).unwrap();
    assert!(report.resumed);
    assert_eq!((report.rows, report.new, report.unchanged, report.refused, seen), (4_501, 4_500, 0, 1, 4_501));
    assert_eq!(report.rows_refused[0].code, "import.duplicate_row", "people of the first run are still known");
    assert_eq!(report.batch, batch.no);
    assert_eq!(count(test, &place.shop_a), 4_500);
    assert!(whole(test));
});

store::db_test!(fn a_file_that_breaks_off_is_taken_back(test) {
    let place = plant(test);
    let (desk, actor) = (desk(test, &place), test.actor());
    let text = format!("{}赵大,\"{}\"\n", roll(0..2_500), "x,\n".repeat(50_000));
    let fault = import(&desk, &actor, &request(&place, &text)).unwrap_err();
    assert!(matches!(&fault, ExchangeError::File(fault) if fault.code() == "file.quote"), "{fault}");
    assert_eq!(count(test, &place.shop_a), 0);
    let batch = &test.db.read(&actor, |tx| list(tx, None, 10)).unwrap()[0];
    assert_eq!((batch.state, batch.undone_rows), (BatchState::Undone, 2_000));
});

store::db_test!(fn cancelling_stops_between_two_chunks(test) {
    let place = plant(test);
    let (desk, actor) = (desk(test, &place), test.actor());
    let request = request(&place, &roll(0..6_500));
    let stopped = desk.import_file(&actor, &Permit::program(), &request, &mut |progress| {
        if progress.done == 2_000 {
            let batch = &test.db.read(&actor, |tx| list(tx, None, 1))?[0];
            desk.cancel(&actor, &Permit::program(), batch.id)?;
        }
        Ok(())
    });
    assert!(matches!(stopped, Err(ExchangeError::Stopped)));
    let batch = &test.db.read(&actor, |tx| list(tx, None, 10)).unwrap()[0];
    assert_eq!((batch.state, batch.tally.new), (BatchState::Cancelled, 2_000));
    assert_eq!(count(test, &place.shop_a), 2_000);
    desk.undo(&actor, &Permit::program(), batch.id, "取消后一并撤回").unwrap();
    run_jobs(&desk, test);
    assert_eq!(count(test, &place.shop_a), 0);
});

store::db_test!(fn rows_without_a_union_need_one(test) {
    let place = plant(test);
    let (desk, actor) = (desk(test, &place), test.actor());
    let text = "姓名,证件号码\n".to_owned() + &format!("{},{}\n", name(1), number(1));
    let mut request = request(&place, &text);
    let fault = import(&desk, &actor, &request).unwrap_err().to_string();
    assert!(fault.contains("--org"), "{fault}");
    request.org = Some("没有的工会".into());
    assert!(import(&desk, &actor, &request).unwrap_err().to_string().contains("找不到工会"));
    request.org = Some(place.shop_a.id.to_string());
    assert_eq!(import(&desk, &actor, &request).unwrap().new, 1);
});

store::db_test!(fn employers_come_the_same_way(test) {
    let place = plant(test);
    let (desk, actor) = (desk(test, &place), test.actor());
    let text = "企业名称,统一社会信用代码,从业人数,所属街道,登记状态\n\
        杭州甲乙丙制造有限公司,91330110MA2CDEFG2X,\"1,200人\",东镇,存续（在营）\n\
        杭州丁戊服务有限公司,,30,东镇总工会,存续\n\
        某厂,,很多,东镇,存续\n,,5,东镇,\n";
    let mut request = request(&place, text);
    request.kind = ImportKind::Employers;
    request.dry_run = true;
    let said = import(&desk, &actor, &request).unwrap();
    request.dry_run = false;
    let done = import(&desk, &actor, &request).unwrap();
    assert_eq!((said.new, said.refused), (done.new, done.refused));
    let codes: Vec<_> = done.rows_refused.iter().map(|row| (row.row, row.code.as_str())).collect();
    assert!(codes.contains(&(4, "cell.unreadable")) && codes.contains(&(5, "employer.name")), "{codes:?}");
    let again = import(&desk, &actor, &request).unwrap();
    assert_eq!((again.new, again.updated), (0, 0));
});
