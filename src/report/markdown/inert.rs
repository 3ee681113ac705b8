//! Text from outside in Markdown: in code, or as character references, so that nothing in it is markup.

use crate::text::printable::printable;

/// Text in a code span: nothing in it is markup (CommonMark section 6.1).
///
/// The fence is longer than any run of backticks inside, and `|` cannot end the cell of a table.
pub(in crate::report) fn code(text: &str) -> String {
    let text = printable(text).replace('|', "\u{2502}");
    let fence = "`".repeat(longest_run(&text) + 1);
    match text.trim() {
        "" => "` `".to_owned(),
        _ if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) => {
            format!("{fence} {text} {fence}")
        }
        _ => format!("{fence}{text}{fence}"),
    }
}

/// Lines in a fenced code block.
pub(super) fn fenced(language: &str, lines: &str) -> String {
    let fence = "`".repeat(longest_run(lines).max(2) + 1);
    let lines = lines.trim_end_matches('\n');
    format!("{fence}{language}\n{lines}\n{fence}\n")
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0)
}

/// Text inside HTML, on one line, where Markdown must not find markup either.
pub(in crate::report) fn html(text: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || " /-.:,".contains(character);
    printable(text)
        .chars()
        .map(|character| match character {
            plain if is_plain(plain) => plain.to_string(),
            other => format!("&#{};", u32::from(other)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_cannot_be_left() {
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a|b\nc"), "`a\u{2502}b\\nc`");
        assert_eq!(code(""), "` `");
        assert!(fenced("text", "````\nx").starts_with("`````text\n"));
        assert_eq!(html("<b>*a*`"), "&#60;b&#62;&#42;a&#42;&#96;");
    }
}
