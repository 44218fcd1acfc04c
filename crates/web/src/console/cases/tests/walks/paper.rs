//! Letters of a case through their own pages: drafted from the case, issued with a number, served.

use axum::http::StatusCode;
use kernel::ids::CaseId;

use super::world::{World, errors, value};

/// What no case knows of itself.
const TYPED: [(&str, &str); 25] = [
    ("worker_id", "330113199003070018"),
    ("worker_contact", "临平区塘栖镇，13800001111"),
    ("credit_code", "91330100799655058B"),
    ("representative", "单位负责人"),
    ("items", "2026年9月工资3,000.00元"),
    ("schedule", "2026年11月25日前支付3,000.00元"),
    ("method", "转账至申请人本人银行账户"),
    (
        "default_clause",
        "逾期未付的，申请人可以向人民法院申请支付令。",
    ),
    ("copies", "3"),
    ("as_of", "2026-11-19"),
    ("advice", "请足额支付所欠工资。"),
    ("fix_by", "2026-11-30"),
    ("phone", "0571-00000000"),
    ("contact", "演示east"),
    ("supervisors", "监督员二名"),
    ("investigated_on", "2026-11-20"),
    ("grounds", "浙江省工会劳动法律监督条例第二十条。"),
    ("demands", "足额支付所欠工资"),
    ("authority", "临平区人力资源和社会保障局"),
    ("response", "单位逾期没有书面答复。"),
    ("requests", "依法责令限期支付"),
    ("complainant", "反映人"),
    ("reason", "已由仲裁机构受理。"),
    ("way", "请在仲裁程序中主张。"),
    ("facts", "经查，单位欠付工资。"),
];

/// The newest letter of a case on its page.
pub(super) fn newest(world: &World, who: &str, id: CaseId) -> String {
    let page = world.page(who, id);
    let (_, list) = page.split_once("id=\"letters\"").unwrap();
    let links = list.split("href=\"/letters/").skip(1);
    let found = links.filter(|rest| !rest.starts_with("new")).last();
    let rest = found.unwrap_or_else(|| panic!("no letter on the page of the case"));
    rest.split_once('"').unwrap().0.to_owned()
}

/// Drafts a letter from the page of the verb, as the link there does.
pub(super) fn draft(world: &World, who: &str, id: CaseId, verb: &str, template: &str) -> String {
    let form = world.get(who, &format!("/cases/{id}/do/{verb}"));
    let link = format!("/letters/new?case={id}&#38;template={template}");
    let plain = format!("/letters/new?case={id}&template={template}");
    assert!(
        form.body.contains(&link) || form.body.contains(&plain),
        "{verb} does not lead to {template}"
    );
    let new = world.get(who, &plain);
    assert_eq!(new.status, StatusCode::OK, "{}", new.body);
    let (_, organ) = new.body.split_once("name=\"organ\"").unwrap();
    let organ =
        world.org("塘栖镇总工会").to_string() + if organ.contains("塘栖镇") { "" } else { "?" };
    let case = id.to_string();
    let made = world.post(
        who,
        "/letters/new",
        &[
            ("template", template),
            ("organ", &organ),
            ("case", &case),
            ("key", &value_or(&new.body, "key")),
        ],
    );
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", errors(&made));
    made.location
        .trim_start_matches("/letters/")
        .trim_end_matches("/edit")
        .to_owned()
}

fn value_or(body: &str, name: &str) -> String {
    if body.contains(&format!("name=\"{name}\" value=\"")) {
        value(body, name)
    } else {
        String::new()
    }
}

/// Completes a draft and issues it; its number.
pub(super) fn issue(world: &World, who: &str, letter: &str) -> String {
    let path = format!("/letters/{letter}/edit");
    let form = world.get(who, &path);
    assert_eq!(form.status, StatusCode::OK, "{}", form.body);
    let version = value(&form.body, "version");
    let mut sent = vec![("version".to_owned(), version)];
    for name in form
        .body
        .split(" name=\"")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('"')?.0))
    {
        if name == "version" || sent.iter().any(|(known, _)| known == name) {
            continue;
        }
        let there = typed(&form.body, name);
        let usual = TYPED
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, text)| (*text).to_owned());
        let text = if there.is_empty() {
            usual.unwrap_or_default()
        } else {
            there
        };
        if !text.is_empty() {
            sent.push((name.to_owned(), text));
        }
    }
    let sent: Vec<(&str, &str)> = sent
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let saved = world.post(who, &path, &sent);
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", errors(&saved));
    let shown = world.get(who, &format!("/letters/{letter}"));
    let version = value(&shown.body, "version");
    let issued = world.post(
        who,
        &format!("/letters/{letter}/issue"),
        &[
            ("version", &version),
            ("signer", "演示签发人"),
            ("post", "主席"),
        ],
    );
    assert_eq!(issued.status, StatusCode::SEE_OTHER, "{}", errors(&issued));
    let page = world.get(who, &format!("/letters/{letter}"));
    let at = page
        .body
        .find("塘总工")
        .unwrap_or_else(|| panic!("no number: {}", page.body));
    let number = page.body[at..].split_once('号').unwrap().0;
    format!("{number}号")
}

/// Records that it was served, directly, on a day.
pub(super) fn serve(world: &World, who: &str, letter: &str, receiver: &str) {
    let page = world.get(who, &format!("/letters/{letter}"));
    let (version, on) = (value(&page.body, "version"), world.today().to_string());
    let fields = [
        ("version", version.as_str()),
        ("method", "direct"),
        ("receiver", receiver),
        ("on", &on),
    ];
    let served = world.post(who, &format!("/letters/{letter}/serve"), &fields);
    assert_eq!(served.status, StatusCode::SEE_OTHER, "{}", errors(&served));
}

/// What stands in a box or a text of a form.
fn typed(body: &str, name: &str) -> String {
    let at = body.find(&format!(" name=\"{name}\"")).unwrap();
    let rest = &body[at..];
    let tag = &rest[..rest.find('>').unwrap_or(rest.len())];
    let text = match tag.split_once("value=\"") {
        Some((_, value)) => value.split_once('"').unwrap().0,
        None if body[..at].ends_with("textarea class=\"in\"")
            || body[..at]
                .rfind('<')
                .is_some_and(|from| body[from..at].starts_with("<textarea")) =>
        {
            let inner = &rest[tag.len() + 1..];
            inner.split_once('<').map_or("", |(text, _)| text)
        }
        None => "",
    };
    text.replace("&#38;", "&").replace("&#60;", "<")
}
