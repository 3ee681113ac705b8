//! A key, as it starts a line or follows a dash.

/// A key at the start of a text: the key without quotes, and where its value can begin, behind the colon.
pub(super) fn key_of(text: &str) -> Option<(String, usize)> {
    if let Some(quote) = text.chars().next().filter(|one| matches!(one, '"' | '\'')) {
        let end = text[1..].find(quote)? + 1;
        let behind = &text[end + 1..];
        let colon = behind.trim_start().strip_prefix(':')?;
        let is_key = colon.is_empty() || colon.starts_with([' ', '\t']);
        return is_key.then(|| (text[1..end].to_owned(), text.len() - colon.len()));
    }
    if text.starts_with(['{', '[', '|', '>', '#', '&', '*', '!']) {
        return None;
    }
    let mut from = 0;
    loop {
        let colon = from + text[from..].find(':')?;
        let behind = &text[colon + 1..];
        let before = &text[..colon];
        if before.contains(" #") {
            return None;
        }
        if behind.is_empty() || behind.starts_with([' ', '\t']) {
            return Some((before.trim_end().to_owned(), colon + 1));
        }
        from = colon + 1;
    }
}
