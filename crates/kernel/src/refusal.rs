//! Saying no, kindly and completely: every reason at once, each with a stable code.

use std::fmt;

use serde::Serialize;

/// One reason why something cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Stable code `room.reason`, for the API, tests and statistics: `member.already_member`.
    pub code: &'static str,
    /// The reason in plain Chinese, without a full stop, naming what would be accepted.
    pub message: String,
}

impl Refusal {
    /// A reason with its code.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

/// All the reasons together (不予办理的理由), so nobody has to fix one to learn of the next. Shown joined
/// with a full-width semicolon: 缺少支付凭证；回访不足两人.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Refusals(pub Vec<Refusal>);

impl Refusals {
    /// No reason yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Exactly one reason.
    pub fn one(code: &'static str, message: impl Into<String>) -> Self {
        Self(vec![Refusal::new(code, message)])
    }

    /// Adds a reason.
    pub fn add(&mut self, code: &'static str, message: impl Into<String>) {
        self.0.push(Refusal::new(code, message));
    }

    /// Adds a reason unless `holds`.
    pub fn require(&mut self, holds: bool, code: &'static str, message: impl Into<String>) {
        if !holds {
            self.add(code, message);
        }
    }

    /// Whether nothing stands against it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The reasons in the order they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Refusal> {
        self.0.iter()
    }

    /// The stable codes in order.
    pub fn codes(&self) -> Vec<&'static str> {
        self.0.iter().map(|refusal| refusal.code).collect()
    }

    /// `Ok` when there is no reason, otherwise all of them.
    ///
    /// # Errors
    /// The reasons themselves.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl From<Refusal> for Refusals {
    fn from(refusal: Refusal) -> Self {
        Self(vec![refusal])
    }
}

impl Extend<Refusal> for Refusals {
    fn extend<I: IntoIterator<Item = Refusal>>(&mut self, reasons: I) {
        self.0.extend(reasons);
    }
}

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, refusal) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("；")?;
            }
            f.write_str(&refusal.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusals {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_reasons_are_told_at_once() {
        let mut refusals = Refusals::new();
        refusals.require(false, "case.no_receipt", "缺少支付凭证");
        refusals.require(true, "case.no_letter", "缺少意见书");
        refusals.add("case.few_calls", "回访不足两人");
        assert_eq!(refusals.codes(), ["case.no_receipt", "case.few_calls"]);
        assert_eq!(
            refusals.into_result().unwrap_err().to_string(),
            "缺少支付凭证；回访不足两人"
        );
        assert_eq!(Refusals::new().into_result(), Ok(()));
    }
}
