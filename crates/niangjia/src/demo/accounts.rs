//! One account a post, with names that are easy to type and a password that is printed at every start.

use std::fmt::Write as _;
use std::net::SocketAddr;

use anyhow::Context;
use kernel::ids::{MemberId, OrgId};
use store::{Actor, Db, Tx};
use union::access::{self, Roles};
use union::members;
use web::Rules;

use super::plan::{Plan, Posts};
use super::pour::Poured;
use crate::config::Home;
use crate::setup::{self, Person};

/// Password of every demo account. It is printed, and the pages say that the data is made up.
pub const PASSWORD: &str = "niangjia-demo";

/// What an account is for: sign-in name, what is printed before the posts.
const ACCOUNTS: [(&str, &str); 12] = [
    ("quzong", "区总工会干部"),
    ("fuhe", "区总工会干部（复核）"),
    ("lingdao", "区总工会领导"),
    ("zhenjie", "镇街总工会干部"),
    ("cunshe", "村社工会哨点"),
    ("qiye", "企业工会主席"),
    ("zhigong", "职工"),
    ("lvshi", "律师"),
    ("jianzhi", "一人两岗"),
    ("xitong", "系统管理员"),
    ("anquan", "安全管理员"),
    ("shenji", "审计管理员"),
];

/// Make the accounts.
///
/// # Errors
/// The district is too small to have a union of each kind.
pub fn make(
    rules: &Rules,
    db: &Db,
    actor: &Actor,
    plan: &Plan,
    done: &Poured,
) -> anyhow::Result<()> {
    let posts = plan
        .posts
        .as_ref()
        .context("演示区太小，没有可设岗位的镇街、村社和企业工会；请增加会员或企业数")?;
    let org = |at: usize| {
        done.unions
            .get(at)
            .and_then(Option::as_ref)
            .map(|org| org.id)
    };
    let staff = first_members(plan, done, posts.enterprise);
    let (chair, worker) = (staff.first().copied(), staff.get(1).copied());
    db.write(actor, |tx| {
        for (login, title) in ACCOUNTS {
            let member = match login {
                "qiye" => chair,
                "zhigong" => worker,
                _ => None,
            };
            let name = match member {
                Some(id) => members::get(tx, id)?.name,
                None => staff_name(login).unwrap_or(title).to_owned(),
            };
            let person = Person {
                login,
                name: &name,
                password: PASSWORD,
                keep_password: true,
                member,
                posts: posts_of(login, posts, org),
                from_on: plan.opening,
            };
            setup::account(tx, rules, &person).with_context(|| format!("建不了账号 {login}"))?;
        }
        Ok(())
    })
}

/// Made-up names of staff.
fn staff_name(login: &str) -> Option<&'static str> {
    Some(match login {
        "quzong" => "沈向阳",
        "fuhe" => "姚重审",
        "lingdao" => "陆文清",
        "zhenjie" => "俞晓红",
        "cunshe" => "费阿根",
        "lvshi" => "章明理",
        "jianzhi" => "钱双全",
        "xitong" => "石守机",
        "anquan" => "严守门",
        "shenji" => "史守账",
        _ => return None,
    })
}

fn posts_of(
    login: &str,
    posts: &Posts,
    org: impl Fn(usize) -> Option<OrgId>,
) -> Vec<(&'static str, Option<OrgId>)> {
    match login {
        "quzong" | "fuhe" => vec![("district_officer", org(0))],
        "lingdao" => vec![("leader", org(0))],
        "zhenjie" => vec![("town_officer", org(posts.town))],
        "cunshe" => vec![("sentinel", org(posts.village))],
        "qiye" => vec![("enterprise_chair", org(posts.enterprise))],
        "zhigong" => vec![("member", None)],
        "lvshi" => vec![("lawyer", None)],
        "jianzhi" => vec![
            ("town_officer", org(posts.other_town)),
            ("sentinel", org(posts.other_village)),
        ],
        "xitong" => vec![("system_admin", None)],
        "anquan" => vec![("security_admin", None)],
        "shenji" => vec![("audit_admin", None)],
        _ => Vec::new(),
    }
}

/// The first members of a union that are known by id.
fn first_members(plan: &Plan, done: &Poured, union: usize) -> Vec<MemberId> {
    let own = |seat: &(usize, &super::plan::Seat)| seat.1.union == union;
    plan.seats
        .iter()
        .enumerate()
        .filter(own)
        .filter_map(|(at, _)| done.members.get(&at).copied())
        .take(9)
        .collect()
}

/// What is printed at every start: where to go, who may come in.
///
/// # Errors
/// The accounts cannot be read.
pub fn greeting(
    home: &Home,
    db: &Db,
    roles: &Roles,
    address: Option<SocketAddr>,
) -> anyhow::Result<String> {
    let lines = db.read(&Actor::system(home.district), |tx| {
        ACCOUNTS
            .iter()
            .map(|(login, title)| line(tx, roles, login, title))
            .collect::<anyhow::Result<Vec<_>>>()
    })?;
    let mut text = String::new();
    let _ = writeln!(
        text,
        "\n{} 演示区已就绪（数据均为虚构）",
        home.config.district_name
    );
    let _ = match address {
        Some(address) => writeln!(
            text,
            "  打开 http://{address} ，用下面任一账号登录，口令都是 {PASSWORD}\n"
        ),
        None => writeln!(text, "  可用下面任一账号登录，口令都是 {PASSWORD}\n"),
    };
    for (login, title, posts) in lines {
        let _ = writeln!(text, "  {}{login:<9}{posts}", padded(title, 18));
    }
    let dir = home.dir.display();
    let _ = match address {
        Some(_) => writeln!(
            text,
            "\n  数据在 {dir} ；按 Ctrl-C 停止，再次启动数据不变。"
        ),
        None => writeln!(text, "\n  数据在 {dir} ；启动：niangjia demo --dir {dir}"),
    };
    Ok(text)
}

/// Pad a Chinese text to so many columns; each Chinese character takes two.
fn padded(text: &str, columns: usize) -> String {
    let width: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    format!("{text}{}", " ".repeat(columns.saturating_sub(width)))
}

fn line(
    tx: &mut Tx,
    roles: &Roles,
    login: &'static str,
    title: &'static str,
) -> anyhow::Result<(&'static str, &'static str, String)> {
    let Some(account) = access::account_by_name(tx, login)? else {
        return Ok((login, title, "（账号已不在）".to_owned()));
    };
    let mut posts = access::posts_of(tx, roles, account)?;
    posts.reverse();
    let places: Vec<String> = posts
        .iter()
        .filter(|post| !post.org_name.is_empty())
        .map(|post| post.org_name.clone())
        .collect();
    Ok((login, title, places.join("、")))
}
