//! Every malformed workbook we know of, sent in as a roll.

use super::*;

#[test]
fn every_malformed_workbook_gets_a_clear_answer() {
    let Some(folder) = std::env::var_os("NIANGJIA_DATA") else {
        return;
    };
    let folder = std::path::PathBuf::from(folder).join("xlsx");
    let test = TestDb::sqlite();
    let place = plant(&test);
    let (desk, actor) = (desk(&test, &place), test.actor());
    let mut answers = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        if file
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            continue;
        }
        let request = Request {
            file: file.clone(),
            kind: ImportKind::Members,
            org: Some(place.shop_a.id.to_string()),
            sheet: None,
            wishes: Default::default(),
            dry_run: false,
            errors: None,
        };
        let fault = desk
            .import_file(&actor, &Permit::program(), &request, &mut |_| Ok(()))
            .expect_err("none of them is a roll");
        let text = fault.to_string();
        assert!(
            matches!(fault, ExchangeError::File(_)),
            "{}: {text}",
            file.display()
        );
        assert!(
            text.contains("请") && text.chars().count() < 300,
            "{}: {text}",
            file.display()
        );
        println!("{}: {text}", file.file_name().unwrap().to_string_lossy());
        answers += 1;
    }
    assert_eq!(answers, 49);
    assert!(
        test.db
            .read(&actor, |tx| list(tx, None, 10))
            .unwrap()
            .is_empty()
    );
}
