//! The page of the monthly pay report.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::Date;
use kernel::ids::EmployerId;
use serde::Deserialize;
use store::Tx;
use union::access::Capability;
use union::arrears::pay_report::{self, Filed, MonthlyRules};
use union::arrears::{self, ArrearsError, Permit};
use union::coverage::Month;
use union::employers::list::{self, Filter};
use union::employers::{self, EmployerRef, EmployerState};

use super::form;
use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Problem, Query, Routes, Who, page};

/// Employers a chairman may choose from; more are found in the register.
const CHOICES: usize = 50;

pub(super) fn routes() -> Routes {
    let file = Need::Cap(Capability::PayReportFile);
    Routes::new()
        .get("/pay-reports", file, show)
        .post("/pay-reports", file, take)
}

#[derive(Deserialize, Default, Clone)]
struct Asked {
    employer: Option<EmployerId>,
    #[serde(default)]
    month: String,
    #[serde(default)]
    done: String,
}

/// What the page reads.
struct Sight {
    rules: &'static MonthlyRules,
    employers: Vec<EmployerRef>,
    employer: Option<EmployerRef>,
    filed: Vec<Filed>,
    earlier: Vec<Filed>,
    missing: Option<Month>,
    today: Date,
}

#[derive(Template)]
#[template(path = "console/payreport/show.html")]
struct ReportPage {
    frame: Frame,
    sight: Sight,
    form: Form,
    errors: FieldErrors,
    months: Vec<(String, String)>,
    reasons: Vec<(String, String)>,
    correcting: Option<i64>,
}

fn look(tx: &mut Tx, wanted: Option<EmployerId>) -> Result<Sight, ArrearsError> {
    let today = tx.today();
    let rules = MonthlyRules::at(*tx.district(), today)?;
    let filter = Filter {
        state: Some(EmployerState::Open),
        ..Filter::default()
    };
    let lines = list::list(tx, &filter, None, CHOICES)?;
    let employers: Vec<EmployerRef> = lines.into_iter().map(|line| line.employer).collect();
    let employer = match wanted {
        Some(id) => Some(employers::get(tx, id)?),
        None => employers.first().cloned(),
    };
    let (mut filed, mut earlier) = (Vec::new(), Vec::new());
    let mut missing = None;
    if let Some(employer) = &employer {
        filed = pay_report::of_employer(tx, employer.id, rules.shown)?;
        earlier = pay_report::earlier(tx, employer.id, rules.shown)?;
        let called = rules.called_for(today);
        missing = called.filter(|month| filed.iter().all(|one| one.report.month != *month));
    }
    Ok(Sight {
        rules,
        employers,
        employer,
        filed,
        earlier,
        missing,
        today,
    })
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    asked: &Asked,
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let wanted = asked.employer;
    let sight = app.read(who, move |tx| look(tx, wanted)).await?;
    let month: Option<Month> = asked.month.parse().ok();
    let known = month.and_then(|month| sight.filed.iter().find(|one| one.report.month == month));
    let correcting = known.map(|filed| filed.version);
    let (form, errors, status) = match typed {
        Some((form, problem)) => (form, FieldErrors::from_problem(&problem), problem.status),
        None => (
            known.map_or_else(|| begun(&sight, month), form::typed),
            FieldErrors::none(),
            StatusCode::OK,
        ),
    };
    let said =
        (asked.done == "filed").then(|| "已收到。填错了可以更正，原来填的会留着。".to_owned());
    let frame = Frame::new(
        app,
        who,
        jar,
        form_title("工资发放月报", &errors),
        "/pay-reports",
    )
    .flash(said);
    let months = sight.rules.months(sight.today).into_iter();
    let months = months
        .map(|month| (month.to_string(), month.title()))
        .collect();
    let reasons = sight.rules.reasons.iter();
    let mut options = vec![(String::new(), "已经发足，不用选".to_owned())];
    options.extend(reasons.map(|one| (one.id.clone(), one.title.clone())));
    let view = ReportPage {
        frame,
        sight,
        form,
        errors,
        months,
        reasons: options,
        correcting,
    };
    Ok(page(status, &view))
}

/// An empty form for the month that is called for, with what seldom changes from the last report.
fn begun(sight: &Sight, wanted: Option<Month>) -> Form {
    let month = wanted.or(sight.missing);
    let month = month.unwrap_or_else(|| Month::of(sight.today).before());
    let mut pairs = vec![("month".to_owned(), month.to_string())];
    if let Some(last) = sight.filed.first() {
        pairs.push(("headcount".to_owned(), last.report.headcount.to_string()));
    }
    Form::from_pairs(pairs)
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, &asked, None).await
}

async fn take(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    let employer: EmployerId = form.parsed("employer").ok_or_else(Problem::not_found)?;
    let (permit, sent) = (Permit::of(&who), form.clone());
    let taken = app
        .write_once(&who, &form, move |tx| {
            let report = form::read(&sent, employer)?;
            arrears::pay_report(tx, &permit, &report)
        })
        .await;
    match taken {
        Ok(_) => {
            let to = format!("/pay-reports?employer={employer}&done=filed");
            Ok(Redirect::to(&to).into_response())
        }
        Err(problem) if belongs_on_form(&problem) => {
            let asked = Asked {
                employer: Some(employer),
                ..Asked::default()
            };
            draw(&app, &who, &jar, &asked, Some((form, problem))).await
        }
        Err(problem) => Err(problem),
    }
}

impl ReportPage {
    fn key(&self) -> &str {
        match self.form.text("key") {
            "" => &self.frame.key,
            key => key,
        }
    }

    /// How a month stands, in words, with the class of its mark.
    fn standing(&self, filed: &Filed) -> (String, &'static str) {
        let report = &filed.report;
        if report.short() {
            let late = report.due_on < self.sight.today;
            let class = if late { "tag tag-r" } else { "tag" };
            let words = if late {
                "未发足"
            } else {
                "还没到发薪日"
            };
            return (words.to_owned(), class);
        }
        match report.paid_on {
            Some(paid) if paid > report.due_on => {
                let days = report.due_on.until(paid).map_or(0, |span| span.get_days());
                (format!("晚 {days} 天发足"), "tag tag-y")
            }
            _ => ("按时发足".to_owned(), "tag tag-g"),
        }
    }

    fn reason(&self, filed: &Filed) -> String {
        let known = self.sight.rules.reason(&filed.report.reason);
        known.unwrap_or_default().to_owned()
    }
}

/// The months that should be reported by today and are not, for the first screen: employer and month.
///
/// # Errors
/// No rule holds; the store failed.
pub(in crate::console) fn missing(tx: &mut Tx) -> Result<Vec<(EmployerRef, Month)>, ArrearsError> {
    let today = tx.today();
    let Some(month) = MonthlyRules::at(*tx.district(), today)?.called_for(today) else {
        return Ok(Vec::new());
    };
    let filter = Filter {
        state: Some(EmployerState::Open),
        ..Filter::default()
    };
    let mut found = Vec::new();
    for line in list::list(tx, &filter, None, CHOICES)? {
        if pay_report::of_month(tx, line.employer.id, month)?.is_none() {
            found.push((line.employer, month));
        }
    }
    Ok(found)
}
