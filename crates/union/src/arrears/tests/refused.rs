//! Rows of a delivery that could not be taken stay with it, and only who manages feeds sees them.

use super::support::*;
use crate::arrears::{self, ArrearsError, Permit, subjects};
use crate::exchange::reading::{Source, Workbook};
use crate::failure::RoomError;
use crate::orgs;

store::db_test!(
    fn refused_rows_stay_with_their_delivery_and_come_back_as_a_workbook(test) {
        district(test);
        let text = format!(
            "统一社会信用代码,单位名称,月份,欠费月数\n{CODE},杭州锦禾制衣有限公司,2026-10,-2\n{CODE},杭州锦禾制衣有限公司,2027-01,2\n\
             {CODE},杭州锦禾制衣有限公司,2026-09,3\n"
        );
        let report = import(test, "si_arrears", file(test, "si.csv", &text));
        assert_eq!((report.new, report.refused), (1, 2));
        let past = test.db.read(&system(), |tx| arrears::deliveries(tx, "si_arrears", 9)).unwrap();
        assert_eq!((past.len(), past[0].counts.refused), (1, 2));
        let officer = Permit::with(role("district_officer"));
        let rows = test.db.read(&system(), |tx| arrears::refused_rows(tx, &officer, past[0].id, 50)).unwrap();
        assert_eq!((rows.kept, rows.source.as_str(), rows.has_book), (2, "si.csv", true));
        let said: Vec<(u32, &str)> = rows.lines.iter().map(|line| (line.row, line.faults[0].0.as_str())).collect();
        assert_eq!(said, [(2, "欠缴月数"), (3, "月份")]);
        let book = test.db.write(&system(), |tx| arrears::refused_book(tx, &officer, past[0].id)).unwrap();
        let book = Workbook::open(&Source::memory(book)).unwrap();
        let lines: Vec<_> = book.rows(book.candidates()[0]).map(Result::unwrap).collect();
        assert_eq!(lines.len(), 3, "headings and the two rows");
        let town = Permit::with(role("town_officer"));
        let refused = test.db.read(&system(), |tx| arrears::refused_rows(tx, &town, past[0].id, 50)).unwrap_err();
        assert_eq!(refused.code(), "arrears.forbidden");
        let leak = test.db.read(&system(), |tx| {
            let stored = tx.all(&crate::arrears::sql::REFUSED, store::args![*tx.district(), past[0].id, 9])?;
            Ok::<_, ArrearsError>(stored.iter().map(|row| row.get::<Vec<u8>>(1)).collect::<Result<Vec<_>, _>>()?)
        }).unwrap();
        let name = "锦禾".as_bytes();
        assert!(leak.iter().all(|sealed| !sealed.windows(name.len()).any(|part| part == name)), "sealed");
    }
);

store::db_test!(
    fn a_rehearsal_keeps_no_row(test) {
        district(test);
        let path = file(test, "si.csv", &format!("统一社会信用代码,单位名称,月份,欠费月数\n{CODE},杭州锦禾制衣有限公司,2026-10,-2\n"));
        let request = crate::arrears::intake::Request { file: path, feed: "si_arrears".into(), dry_run: true, ..Default::default() };
        crate::arrears::intake::import_file(&test.db, &system(), &Permit::program(), &request, &mut |_| {}).unwrap();
        let past = test.db.read(&system(), |tx| arrears::deliveries(tx, "si_arrears", 9)).unwrap();
        assert!(past.is_empty());
    }
);

store::db_test!(
    fn a_project_in_a_place_nobody_knows_is_refused_with_the_remedy(test) {
        let d = district(test);
        let town = test.db.read(&system(), |tx| orgs::get(tx, d.unions.tangqi.id)).unwrap().name;
        let head = "项目名称,所在镇街,月份,考勤人数,发薪人数";
        let rows = format!("一号地块,{town},2026-10,40,0\n二号地块,火星镇,2026-10,40,0\n三号地块,,2026-10,40,0\n");
        let report = import(test, "project_month", file(test, "工程.csv", &format!("{head}\n{rows}")));
        assert_eq!((report.new, report.refused), (2, 1), "{report:?}");
        let row = &report.rows_refused[0];
        assert_eq!((row.row, row.field.as_str(), row.code.as_str()), (3, "所在镇街", "signal.place"));
        assert!(row.message.contains("火星镇") && row.message.contains("组织架构"), "{}", row.message);
        let mut lies = Vec::new();
        test.db.read(&system(), |tx| subjects::each(tx, |one| {
            lies.push((one.name, one.org_path));
            Ok(())
        })).unwrap();
        lies.sort();
        assert!(lies.contains(&("一号地块".to_owned(), d.unions.tangqi.path.clone())), "{lies:?}");
        assert!(lies.iter().all(|(name, _)| name != "二号地块"), "{lies:?}");
    }
);
