//! Cuts SQL into words, signs, strings and parameters.

/// One piece of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'s> {
    /// A keyword or a name.
    Word(&'s str),
    /// `$n`.
    Parameter(usize),
    /// A number or a quoted string: nothing to look into.
    Literal,
    /// Punctuation and operators.
    Sign(&'s str),
}

impl Token<'_> {
    /// Whether it is this keyword.
    pub(super) fn is(&self, keyword: &str) -> bool {
        matches!(self, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }
}

/// Operators of more than one character, longest first.
const LONG: [&str; 7] = ["::", "<>", "<=", ">=", "!=", "||", "=="];

/// The pieces of `sql`.
pub(super) fn tokens(sql: &str) -> Result<Vec<Token<'_>>, String> {
    let mut out = Vec::new();
    let mut rest = sql.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, len) = match first {
            'a'..='z' | 'A'..='Z' | '_' => {
                let len = rest
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(rest.len());
                (Token::Word(rest.get(..len).unwrap_or("")), len)
            }
            '0'..='9' => (
                Token::Literal,
                rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.')
                    .unwrap_or(rest.len()),
            ),
            '$' => {
                let digits = rest.get(1..).map_or(0, |rest| {
                    rest.bytes().take_while(u8::is_ascii_digit).count()
                });
                let number = rest.get(1..=digits).and_then(|digits| digits.parse().ok());
                (
                    Token::Parameter(number.ok_or("`$` without a number")?),
                    digits + 1,
                )
            }
            '\'' => (Token::Literal, string(rest).ok_or("a string does not end")?),
            '"' | '`' | '[' => return Err(format!("`{first}` quotes a name: use plain names")),
            ';' => return Err("one statement, without `;`".to_owned()),
            '?' => return Err("write parameters as $1, $2, …".to_owned()),
            _ if rest.starts_with("--") || rest.starts_with("/*") => {
                return Err("comments belong in the doc comment".to_owned());
            }
            _ => {
                let len = LONG
                    .iter()
                    .find(|sign| rest.starts_with(**sign))
                    .map_or(first.len_utf8(), |sign| sign.len());
                (Token::Sign(rest.get(..len).unwrap_or("")), len)
            }
        };
        out.push(token);
        rest = rest.get(len..).unwrap_or("").trim_start();
    }
    Ok(out)
}

/// Length of the quoted string at the start of `text`.
fn string(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\'' {
            if chars.peek().is_some_and(|(_, next)| *next == '\'') {
                chars.next();
            } else {
                return Some(at + 1);
            }
        }
    }
    None
}
