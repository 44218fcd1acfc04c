//! Rows that are put right in the page: words people write, fields the file has no column for.

use std::collections::BTreeMap;

use super::*;

store::db_test!(fn what_the_file_has_no_column_for_is_filled_in_the_row(test) {
    let place = plant(test);
    let (desk, actor) = (desk(test, &place), officer(test, &place.town_a.path));
    let permit = Permit::program();
    // Sixteen years old on the day of the test, in a file without 监护人.
    let text = "姓名,身份证号,所属工会\n张小明,330113201003070018,东镇纺织厂工会\n";
    let batch = upload(&desk, &actor, "名册.csv", text.as_bytes()).unwrap();
    let batch = check(&desk, test, &actor, &batch);
    assert_eq!((batch.tally.new, batch.tally.refused), (0, 1));
    let (batch, problem, layout) = desk.problem(&actor, batch.id, 2).unwrap();
    assert_eq!(problem.faults[0].field, "guardian");
    let guardian = |problem: &Problem| {
        let cells = screen::cells(batch.kind, layout, &batch.mapping, problem);
        cells.into_iter().find(|cell| cell.field == "guardian")
    };
    let asked = guardian(&problem).expect("the field stands in the form");
    assert!(asked.fault.is_some() && asked.shown.is_empty());

    let edit = |field: &str, text: &str| Fix::Edit(BTreeMap::from([(field.to_owned(), text.to_owned())]));
    let said = "父亲张三，电话告知";
    let fixed = desk.fix(&actor, &permit, batch.id, 2, &edit("guardian", said)).unwrap();
    assert_eq!(fixed.state, ProblemState::Fixed);
    // A second fault of the row does not lose it, nor does a field nobody knows get in.
    let open = desk.fix(&actor, &permit, batch.id, 2, &edit("phone", "12")).unwrap();
    assert_eq!((open.state, open.faults[0].field.as_str()), (ProblemState::Open, "phone"));
    let stray = desk.fix(&actor, &permit, batch.id, 2, &edit("shoe_size", "42")).unwrap();
    assert_eq!(stray.added.len(), 2);
    assert_eq!(guardian(&stray).unwrap().shown, said);
    let book = desk.errors_book(&actor, batch.id).unwrap();
    let path = place.folder.path().join("errors.xlsx");
    std::fs::write(&path, book).unwrap();
    let again = upload(&desk, &actor, "errors.xlsx", &std::fs::read(&path).unwrap()).unwrap();
    assert!(again.mapping.column_of("guardian").is_some(), "the workbook of errors has room for it, too");

    desk.fix(&actor, &permit, batch.id, 2, &edit("phone", "")).unwrap();
    let batch = confirm(&desk, test, &actor, batch.id);
    assert_eq!((batch.tally.new, batch.open_problems, batch.ready_problems), (1, 0, 0));
    assert_eq!(count(test, &place.shop_a), 1);
});

store::db_test!(fn words_of_old_rolls_are_taken_and_a_refusal_names_the_nearest(test) {
    let place = plant(test);
    let (desk, actor) = (desk(test, &place), officer(test, &place.town_a.path));
    let rows = [("农业户口", "高中毕业"), ("非农业户口", "本科毕业"), ("外地农业", "中专毕业"), ("外地农村", "大专毕业"), ("", "高中肆业")];
    let mut text = String::from("姓名,身份证号,所属工会,户口性质,文化程度\n");
    for (one, (household, education)) in (0..).zip(rows) {
        writeln!(text, "{},{},东镇纺织厂工会,{household},{education}", name(one), number(one)).unwrap();
    }
    let batch = upload(&desk, &actor, "名册.csv", text.as_bytes()).unwrap();
    let batch = check(&desk, test, &actor, &batch);
    assert_eq!((batch.tally.new, batch.tally.refused), (4, 1));
    let fault = problems(&desk, &actor, batch.id)[0].faults[0].message.clone();
    assert!(fault.contains("相近的有") && fault.contains("普通高中肄业"), "{fault}");
    let batch = confirm(&desk, test, &actor, batch.id);
    assert_eq!(batch.state, BatchState::Done);
    let taken = member(test, 0).unwrap();
    assert_eq!((taken.household.as_deref(), taken.education.as_deref()), (Some("5"), Some("61")));
});
