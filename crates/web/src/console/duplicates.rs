//! 疑似重复: two records side by side; two people, or one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::{DuplicateId, MemberId};
use serde::Deserialize;
use union::access::Capability;
use union::members::duplicates::{self, MergeField, Pair, PairState};
use union::members::{self, Member, MemberError, Permit, codes, reveal};

use super::members::{Names, beside_form, masked};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let need = Need::Cap(Capability::DuplicatesDecide);
    Routes::new()
        .get("/duplicates", need, list)
        .get("/duplicates/{id}", need, show)
        .post("/duplicates/{id}/distinct", need, distinct)
        .post("/duplicates/{id}/merge", need, merge)
        .post("/merges/{id}/undo", need, undo)
}

#[derive(Deserialize, Default)]
struct Tab {
    #[serde(default)]
    tab: String,
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "console/duplicates.html")]
struct ListPage {
    frame: Frame,
    items: Vec<Pair>,
    names: Names,
    decided: bool,
}

impl ListPage {
    fn masked(&self, name: &str) -> String {
        masked(name)
    }
}

async fn list(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(tab): Query<Tab>,
) -> Result<Response, Problem> {
    let decided = tab.tab == "decided";
    let (items, names) = app
        .read(&who, move |tx| -> Result<_, MemberError> {
            let items = if decided {
                duplicates::decided(tx)?
            } else {
                duplicates::queue(tx)?
            };
            let names = Names::of(tx, items.iter().flat_map(|item| &item.paths))?;
            Ok((items, names))
        })
        .await?;
    let flash = (tab.done == "distinct").then(|| "已记为两个人，不再提示。".to_owned());
    let frame = Frame::new(&app, &who, &jar, "疑似重复", "/duplicates")
        .crumb("组织与会员", "")
        .crumb("疑似重复", "")
        .flash(flash);
    Ok(page(
        StatusCode::OK,
        &ListPage {
            frame,
            items,
            names,
            decided,
        },
    ))
}

/// One line of the comparison.
struct Line {
    label: &'static str,
    left: String,
    right: String,
    take: Option<&'static str>,
}

impl Line {
    fn differs(&self) -> bool {
        self.left != self.right
    }
}

#[derive(Template)]
#[template(path = "console/duplicate.html")]
struct ShowPage {
    frame: Frame,
    pair: Pair,
    left: Member,
    right: Member,
    lines: Vec<Line>,
    open: bool,
    keep: String,
    why: String,
    errors: FieldErrors,
}

impl ShowPage {
    /// What the signs of likeness add up to, where that is more than the likeness can be.
    fn beyond(&self) -> Option<i64> {
        beyond(
            self.pair.reasons.iter().map(|one| one.points),
            self.pair.score,
        )
    }
    fn kept(&self, id: &MemberId) -> bool {
        self.keep == id.to_string()
    }
}

fn lines(left: &Member, right: &Member, names: &Names) -> Vec<Line> {
    let code = |coded: codes::CodedField, code: &Option<String>| {
        code.as_deref()
            .map(|code| coded.label_of(code))
            .unwrap_or_default()
    };
    let of = |member: &Member| {
        [
            ("姓名", member.name.clone(), None),
            ("证件类型", member.id_type.label().to_owned(), None),
            ("证件号码", member.id_masked.clone(), None),
            ("性别", member.sex.label().to_owned(), None),
            (
                "出生",
                member.birth_on.map(members::birth_year).unwrap_or_default(),
                None,
            ),
            (
                "手机号码",
                member.phone_masked.clone().unwrap_or_default(),
                Some(MergeField::Phone.code()),
            ),
            (
                "银行卡号",
                member.bank_masked.clone().unwrap_or_default(),
                Some(MergeField::Bank.code()),
            ),
            ("所属工会", names.union(&member.org_path).to_owned(), None),
            ("会籍状态", member.status.label().to_owned(), None),
            ("入会日期", member.joined_on.to_string(), None),
            (
                "工种",
                member.job_title.clone().unwrap_or_default(),
                Some(MergeField::JobTitle.code()),
            ),
            (
                "技术等级",
                code(codes::SKILL, &member.skill),
                Some(MergeField::Skill.code()),
            ),
            (
                "学历",
                code(codes::EDUCATION, &member.education),
                Some(MergeField::Education.code()),
            ),
            (
                "就业状况",
                code(codes::EMPLOYMENT, &member.employment),
                Some(MergeField::Employment.code()),
            ),
            ("登记时间", member.created_at.shanghai_text(), None),
        ]
    };
    of(left)
        .into_iter()
        .zip(of(right))
        .map(|((label, left, take), (_, right, _))| Line {
            label,
            left,
            right,
            take,
        })
        .chain(birthdays(left, right))
        .collect()
}

/// Whether month and day of birth agree, without saying them: they stand in the masked numbers.
fn birthdays(left: &Member, right: &Member) -> Option<Line> {
    let (one, other) = (left.birth_on?, right.birth_on?);
    let same = (one.month(), one.day()) == (other.month(), other.day());
    Some(Line {
        label: "出生月日",
        left: "见证件".to_owned(),
        right: if same { "相同" } else { "不同" }.to_owned(),
        take: None,
    })
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: DuplicateId,
    status: StatusCode,
    errors: FieldErrors,
    form: &Form,
) -> Result<Response, Problem> {
    let (pair, left, right, names, noted) = app
        .read(who, move |tx| -> Result<_, MemberError> {
            let (pair, left, right) = duplicates::get(tx, id)?;
            let names = Names::of(tx, [&left.org_path, &right.org_path])?;
            let noted = reveal::was_noted(tx, left.id)? && reveal::was_noted(tx, right.id)?;
            Ok((pair, left, right, names, noted))
        })
        .await?;
    if !noted {
        // The comparison shows whole names, as a record's own page does: both members read who opened theirs.
        let both = [left.id, right.id];
        app.write(who, move |tx| {
            both.iter()
                .try_for_each(|one| reveal::note_opened(tx, *one).map(|_| ()))
        })
        .await?;
    }
    let title = if errors.is_empty() {
        "疑似重复"
    } else {
        "错误：疑似重复"
    };
    let frame = Frame::new(app, who, jar, title, "/duplicates")
        .crumb("疑似重复", "/duplicates")
        .crumb("对照", "");
    // The enrolled one is kept, or the older.
    let usual = if right.status.is_enrolled() && !left.status.is_enrolled() {
        right.id
    } else {
        left.id
    };
    let keep = match form.text("keep") {
        "" => usual.to_string(),
        keep => keep.to_owned(),
    };
    let view = ShowPage {
        frame,
        lines: lines(&left, &right, &names),
        open: pair.state == PairState::Open,
        pair,
        left,
        right,
        keep,
        why: form.text("why").to_owned(),
        errors,
    };
    Ok(page(status, &view))
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<DuplicateId>,
) -> Result<Response, Problem> {
    draw(
        &app,
        &who,
        &jar,
        id,
        StatusCode::OK,
        FieldErrors::none(),
        &Form::default(),
    )
    .await
}

async fn distinct(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<DuplicateId>,
    form: Form,
) -> Result<Response, Problem> {
    let (permit, why) = (Permit::of(&who), form.text("why").to_owned());
    match app
        .write(&who, move |tx| {
            duplicates::decide_distinct(tx, &permit, id, &why)
        })
        .await
    {
        Ok(()) => Ok(Redirect::to("/duplicates?done=distinct").into_response()),
        Err(problem) if beside_form(&problem) => {
            draw(
                &app,
                &who,
                &jar,
                id,
                problem.status,
                FieldErrors::from_problem(&problem),
                &form,
            )
            .await
        }
        Err(problem) => Err(problem),
    }
}

async fn merge(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<DuplicateId>,
    form: Form,
) -> Result<Response, Problem> {
    let keep: MemberId = form.parsed("keep").ok_or_else(Problem::not_found)?;
    let take: Vec<MergeField> = form
        .all("take")
        .iter()
        .filter_map(|code| MergeField::from_code(code))
        .collect();
    let (permit, why) = (Permit::of(&who), form.text("why").to_owned());
    match app
        .write(&who, move |tx| {
            duplicates::merge(tx, &permit, id, keep, &take, &why)
        })
        .await
    {
        Ok(_) => {
            app.sessions().forget_all();
            Ok(Redirect::to(&format!("/members/{keep}?done=merged")).into_response())
        }
        Err(problem) if beside_form(&problem) => {
            draw(
                &app,
                &who,
                &jar,
                id,
                problem.status,
                FieldErrors::from_problem(&problem),
                &form,
            )
            .await
        }
        Err(problem) => Err(problem),
    }
}

async fn undo(
    State(app): State<App>,
    who: Who,
    Path(id): Path<DuplicateId>,
    form: Form,
) -> Result<Redirect, Problem> {
    let (permit, why) = (Permit::of(&who), form.text("why").to_owned());
    let kept = app
        .write(&who, move |tx| -> Result<MemberId, MemberError> {
            let kept = duplicates::kept_by(tx, id)?;
            duplicates::undo(tx, &permit, id, &why)?;
            members::get(tx, kept).map(|member| member.id)
        })
        .await?;
    app.sessions().forget_all();
    Ok(Redirect::to(&format!("/members/{kept}?done=undone")))
}

/// What points add up to, where that is more than the score they were allowed.
fn beyond(points: impl Iterator<Item = i64>, score: i64) -> Option<i64> {
    let sum: i64 = points.sum();
    (sum > score).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::beyond;

    #[test]
    fn signs_that_add_up_to_more_than_the_score_are_explained() {
        assert_eq!(beyond([60, 25, 45].into_iter(), 100), Some(130));
        assert_eq!(beyond([60, 25, 10].into_iter(), 95), None);
        assert_eq!(beyond([60, -20].into_iter(), 40), None);
    }
}
