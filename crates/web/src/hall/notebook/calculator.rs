//! 算一算: overtime, deductions, compensation, pay day; with the steps and the clause. What is typed is not kept.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::definitions::Catalogue;
use kernel::wages::{self, DayClass, Pay, Step, WageRules};
use kernel::{Calendar, Date, Fen};

use super::super::frame::HallFrame;
use super::super::words;
use super::super::worker::Worker;
use crate::shell::{App, FieldErrors, Form, Need, Problem, Routes, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/hall/notebook/calculator", Need::Member, show)
        .post("/hall/notebook/calculator", Need::Member, compute)
}

/// A result as it is shown.
struct Found {
    title: &'static str,
    value: String,
    steps: Vec<Step>,
}

#[derive(Template)]
#[template(path = "hall/notebook/calculator.html")]
struct CalculatorPage {
    frame: HallFrame,
    form: Form,
    errors: FieldErrors,
    found: Option<Found>,
    classes: [DayClass; 3],
    /// 本地最低工资, in words; empty where it is not known.
    minimum: String,
}

impl CalculatorPage {
    fn is(&self, what: &str) -> bool {
        self.form.text("what") == what
    }
}

async fn draw(
    app: &App,
    jar: &CookieJar,
    form: Form,
    result: Result<Option<Found>, FieldErrors>,
) -> Result<Response, Problem> {
    let (found, errors) = match result {
        Ok(found) => (found, FieldErrors::none()),
        Err(errors) => (None, errors),
    };
    let wrong = !errors.is_empty();
    let status = if wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let frame = HallFrame::new(app, jar, true, "算一算")
        .await?
        .tab("/hall")
        .back("/hall/notebook")
        .wrong(wrong);
    let minimum = match rules(app).minimum() {
        Ok(wage) if wage.verified => {
            format!("本地月最低工资 {}，每小时 {}", wage.monthly, wage.hourly)
        }
        Ok(wage) => format!(
            "本地月最低工资 {}，每小时 {}；今年是否调整待核实，请打 12333",
            wage.monthly, wage.hourly
        ),
        Err(_) => String::new(),
    };
    let view = CalculatorPage {
        frame,
        form,
        errors,
        found,
        classes: DayClass::ALL,
        minimum,
    };
    Ok(page(status, &view))
}

fn rules(app: &App) -> WageRules<'static> {
    WageRules::of(
        Catalogue::in_force(),
        app.config().district,
        app.now().shanghai_date(),
    )
}

async fn show(State(app): State<App>, _: Worker, jar: CookieJar) -> Result<Response, Problem> {
    draw(&app, &jar, Form::default(), Ok(None)).await
}

async fn compute(
    State(app): State<App>,
    _: Worker,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    let mut reader = Reader {
        form: &form,
        errors: FieldErrors::none(),
    };
    let rules = rules(&app);
    let found = match form.text("what") {
        "overtime" => reader.overtime(&rules),
        "deduction" => reader.deduction(&rules),
        "severance" => reader.severance(&rules),
        "payday" => reader.payday(&rules),
        _ => return Err(Problem::bad_request("不知道要算什么，请返回重新选")),
    };
    let errors = reader.errors;
    let result = if errors.is_empty() {
        Ok(found)
    } else {
        Err(errors)
    };
    draw(&app, &jar, form, result).await
}

/// Reads the form of one calculation.
struct Reader<'f> {
    form: &'f Form,
    errors: FieldErrors,
}

impl Reader<'_> {
    fn money(&mut self, field: &str) -> Fen {
        match Fen::parse_yuan(self.form.text(field)) {
            Ok(amount) if amount >= Fen::ZERO => amount,
            Ok(_) => {
                self.errors.add(field, "金额不能是负数");
                Fen::ZERO
            }
            Err(fault) => {
                self.errors.add(field, fault.to_string());
                Fen::ZERO
            }
        }
    }

    fn day(&mut self, field: &str) -> Date {
        if let Ok(Some(day)) = self.form.day(field) {
            return day;
        }
        self.errors.add(field, "日期请写成 2026-11-03 的样子");
        Date::ZERO
    }

    /// A rule's answer, or its reason beside the first field.
    fn said<T>(&mut self, field: &str, result: Result<T, wages::WageFault>) -> Option<T> {
        if !self.errors.is_empty() {
            return None;
        }
        match result {
            Ok(found) => Some(found),
            Err(fault) => {
                self.errors.add(field, fault.to_string());
                None
            }
        }
    }

    fn overtime(&mut self, rules: &WageRules<'_>) -> Option<Found> {
        let monthly = self.money("monthly");
        let minutes = wages::minutes(self.form.text("hours")).unwrap_or_else(|| {
            self.errors.add("hours", "加班写小时数，例如 2 或 1.5");
            0
        });
        let class = DayClass::from_code(self.form.text("class")).unwrap_or(DayClass::Weekday);
        let answer = rules.overtime(Pay::Monthly(monthly), minutes, class);
        let answer = self.said("monthly", answer)?;
        Some(Found {
            title: "加班费",
            value: format!("{} 元", answer.amount),
            steps: answer.steps,
        })
    }

    fn deduction(&mut self, rules: &WageRules<'_>) -> Option<Found> {
        let (wage, loss) = (self.money("wage"), self.money("loss"));
        let minimum = self.said("wage", rules.minimum())?;
        let found = self.said("wage", rules.deduction(wage, loss, minimum.monthly))?;
        Some(Found {
            title: "最多可以扣",
            value: format!("{} 元", found.allowed.amount),
            steps: found.allowed.steps,
        })
    }

    fn severance(&mut self, rules: &WageRules<'_>) -> Option<Found> {
        let monthly = self.money("pay");
        let (from, to) = (self.day("from"), self.day("until"));
        if !self.errors.is_empty() {
            return None;
        }
        let found = self.said("until", rules.severance(monthly, (from, to), None))?;
        Some(Found {
            title: "经济补偿",
            value: format!(
                "{} 元；单位违法辞退的，赔偿金 {} 元",
                found.compensation.amount, found.unlawful
            ),
            steps: found.compensation.steps,
        })
    }

    fn payday(&mut self, rules: &WageRules<'_>) -> Option<Found> {
        let agreed = self.day("agreed");
        if !self.errors.is_empty() {
            return None;
        }
        let due = self.said("agreed", rules.payday(Calendar::national(), agreed))?;
        let ground = self.said("agreed", rules.payday_ground())?;
        let sure = if due.provisional {
            "（暂定，那一年的放假安排还没公布）"
        } else {
            ""
        };
        let text = if due.date == agreed {
            "这一天是工作日".to_owned()
        } else {
            "遇休息日、节假日，提前到最近的工作日".to_owned()
        };
        Some(Found {
            title: "最晚要发到",
            value: format!("{}{sure}", words::day(&due.date)),
            steps: vec![Step { text, ground }],
        })
    }
}
