//! An expression of a rule set in the words of people: names become titles, signs become words, a number that is compared
//! with a choice becomes the word of that choice.

/// What the names of an expression mean.
pub(super) trait Names {
    /// The title of a name; none when it is no name of ours.
    fn title(&self, name: &str) -> Option<String>;

    /// The word for a value of a name, where it has named choices.
    fn word(&self, _name: &str, _value: i64) -> Option<String> {
        None
    }
}

/// The expression in words: `form == 3` → `「情形」＝ 搬迁传闻`.
pub(super) fn said(text: &str, names: &impl Names) -> String {
    let mut out = String::new();
    let mut token = String::new();
    // The name a number is compared with: the last one, until something else than a comparison follows it.
    let mut last = String::new();
    let mut signs = String::new();
    for sign in functions(text).chars().chain([' ']) {
        if sign.is_ascii_alphanumeric() || sign == '_' {
            token.push(sign);
            continue;
        }
        if !token.is_empty() {
            let equals = matches!(signs.trim(), "==" | "!=");
            let word = token.parse().ok().filter(|_| equals);
            let word = word.and_then(|value| names.word(&last, value));
            out.push_str(&word.unwrap_or_else(|| name_of(&token, names)));
            last = std::mem::take(&mut token);
            signs.clear();
        }
        signs.push(sign);
        out.push(sign);
    }
    signed(out.trim())
}

fn name_of(token: &str, names: &impl Names) -> String {
    match token {
        "known" => "知道".to_owned(),
        "true" => "是".to_owned(),
        "false" => "否".to_owned(),
        "in" => "属于".to_owned(),
        name => names
            .title(name)
            .map_or_else(|| name.to_owned(), |title| format!("「{title}」")),
    }
}

fn functions(text: &str) -> String {
    let names = [
        ("math.least", "取较小"),
        ("math.greatest", "取较大"),
        ("math.abs", "取绝对值"),
        ("math.bitAnd", "按位与"),
        ("math.bitOr", "按位或"),
    ];
    let text = text.to_owned();
    names
        .iter()
        .fold(text, |text, (code, word)| text.replace(code, word))
}

fn signed(text: &str) -> String {
    let signs = [
        (">=", "≥"),
        ("<=", "≤"),
        ("==", "＝"),
        ("!=", "≠"),
        ("&&", "且"),
        ("||", "或"),
        ("!", "不是"),
        ("*", "×"),
        (" / ", " ÷ "),
        ("?", "时取"),
        (":", "否则取"),
    ];
    let text = text.to_owned();
    signs
        .iter()
        .fold(text, |text, (sign, word)| text.replace(sign, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Notice;

    impl Names for Notice {
        fn title(&self, name: &str) -> Option<String> {
            match name {
                "form" => Some("情形".to_owned()),
                "settled" => Some("是否已结清".to_owned()),
                "kwh" => Some("当月用电".to_owned()),
                _ => None,
            }
        }

        fn word(&self, name: &str, value: i64) -> Option<String> {
            match (name, value) {
                ("form", 3) => Some("搬迁传闻".to_owned()),
                ("settled", 1) => Some("是".to_owned()),
                _ => None,
            }
        }
    }

    #[test]
    fn an_expression_is_read_without_its_code() {
        for (code, words) in [
            (
                "form == 3 && settled != 1",
                "「情形」 ＝ 搬迁传闻 且 「是否已结清」 ≠ 是",
            ),
            (
                "!(known(settled) && settled == 1)",
                "不是(知道(「是否已结清」) 且 「是否已结清」 ＝ 是)",
            ),
            ("kwh >= 3", "「当月用电」 ≥ 3"),
            ("math.least(20, kwh * 10)", "取较小(20, 「当月用电」 × 10)"),
            ("kwh < 1 ? 1 : 0", "「当月用电」 < 1 时取 1 否则取 0"),
        ] {
            assert_eq!(said(code, &Notice), words);
        }
    }
}
