//! What of a Rust file is program text, and its words.

/// True for files that hold only tests.
pub fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs") || path.ends_with("/testing.rs")
}

/// The program text of a Rust file: without comments and without a test module that is written in it. (A test module
/// that is only named, `mod tests;`, may stand anywhere; what follows it is program text.)
pub fn code(text: &str) -> String {
    let begins = text.match_indices("\n#[cfg(test)]\nmod ");
    let written = |(at, mark): &(usize, &str)| {
        let rest = text.get(at + mark.len()..).unwrap_or_default();
        rest.lines().next().is_some_and(|line| line.contains('{'))
    };
    let tests = begins.into_iter().find(written);
    let before_tests = tests.map_or(text, |(at, _)| text.get(..at).unwrap_or(text));
    let lines = before_tests
        .lines()
        .filter(|l| !l.trim_start().starts_with("//"));
    lines
        .map(|l| l.split(" // ").next().unwrap_or(l))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Words of a text: runs of letters, digits and underscores, each with its byte offset.
pub fn words(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_ascii_alphanumeric() || c == '_', start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.push((from, text.get(from..at).unwrap_or_default()));
                start = None;
            }
            _ => {}
        }
    }
    found
}
