//! Ids of requirements, shortened.

/// Shortens ids: `SEATS-01 to -03`, `-07`, `-08`, `LICENSE-04`.
pub(super) fn shortened(ids: &[&str]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = "";
    let mut rest = ids;
    while let [first, after @ ..] = rest {
        let (name, _) = numbered(first).unwrap_or((first, 0));
        let mut last = *first;
        let mut length = 1;
        while let Some(next) = after.get(length - 1).filter(|next| follows(last, next)) {
            last = next;
            length += 1;
        }
        // Two ids are not a range.
        if length == 2 {
            (last, length) = (first, 1);
        }
        let shown = if name == before {
            &first[name.len()..]
        } else {
            first
        };
        words.push(match length {
            1 => shown.to_owned(),
            _ => format!("{shown} to {}", &last[name.len()..]),
        });
        before = if numbered(first).is_some() { name } else { "" };
        rest = &rest[length..];
    }
    words
}

/// `SEATS` and 1 of `SEATS-01`.
fn numbered(id: &str) -> Option<(&str, u32)> {
    let (name, number) = id.rsplit_once('-')?;
    Some((name, number.parse().ok()?))
}

fn follows(id: &str, next: &str) -> bool {
    match (numbered(id), numbered(next)) {
        (Some((name, number)), Some((next_name, next_number))) => {
            name == next_name && number.checked_add(1) == Some(next_number)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_or_more_neighbours_are_a_range() {
        let ids = ["A-01", "A-02", "A-03", "A-05", "A-06", "B-07", "odd", "C-1"];
        assert_eq!(
            shortened(&ids),
            ["A-01 to -03", "-05", "-06", "B-07", "odd", "C-1"]
        );
        assert_eq!(shortened(&[]), [""; 0]);
    }
}
