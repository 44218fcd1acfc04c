//! What a letter of a case does on its pages is walked in `supervision`, `mediation` and `alert`; here is what holds for
//! all kinds: every step that goes with a letter leads to it, and a foreign desk sees neither.

use super::paper;
use super::supervision;
use super::world::on_both;

#[test]
fn a_letter_stands_on_the_page_of_its_case_and_for_no_other_desk() {
    on_both(supervision::KIND, |world| {
        let fields = [
            ("title", "监督事项"),
            ("place", "塘栖镇总工会"),
            ("door", "complaint"),
            ("field.employer", "某服饰公司"),
            ("field.item", "工资支付"),
            ("field.facts", "拖欠两个月工资"),
        ];
        let (id, _) = world.enter("east", supervision::KIND, &fields);
        assert!(world.page("east", id).contains("还没有文书"));
        world.does("east", id, "accept", &[]);
        let letter = paper::draft(world, "east", id, "remind", "letters.supervision_notice");
        let page = world.page("east", id);
        assert!(page.contains("未编号") && page.contains("草稿"), "{page}");
        let number = paper::issue(world, "east", &letter);
        assert!(
            world.page("east", id).contains(&number) && world.page("east", id).contains("已签发")
        );
        paper::serve(world, "east", &letter, "人事经理");
        let page = world.page("officer", id);
        assert!(
            page.contains(&format!("{} 送达", world.today())) && page.contains("已送达"),
            "{page}"
        );
        for path in [
            format!("/cases/{id}"),
            format!("/letters/{letter}"),
            format!("/letters/new?case={id}"),
        ] {
            assert_eq!(world.get("west", &path).status, 404, "{path}");
        }
    });
}
