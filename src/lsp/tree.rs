//! The tree of a file, as far as it can be read: lines that the parser stops at are left out.

use crate::load::Kind;
use crate::load::{Node, parse};
use crate::lsp::cursor::Segment;
use crate::model::Sources;

/// How many lines are left out, at most.
const MOST_LINES: usize = 8;

/// A tree, and whether it is all of the file.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The root.
    pub(crate) root: Node,
    /// Is nothing left out?
    pub(crate) is_complete: bool,
}

/// Reads a file. Its name decides whether it is JSON.
pub(crate) fn read(name: &str, text: &str) -> Option<Tree> {
    let mut text = text.to_owned();
    for attempt in 0..=MOST_LINES {
        let mut sources = Sources::default();
        let mut diagnostics = Vec::new();
        let file = sources.add(name, &*text);
        let root = parse(&sources, file, &mut diagnostics);
        if let Some(root) = root {
            return Some(Tree {
                is_complete: attempt == 0 && diagnostics.is_empty(),
                root,
            });
        }
        let at = diagnostics.last()?.span?.start as usize;
        leave_out(&mut text, at)?;
    }
    None
}

/// Makes a line blank, or the nearest one before it that is not. `None` if there is none.
fn leave_out(text: &mut String, at: usize) -> Option<()> {
    let mut end = at.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end = text[end..].find('\n').map_or(text.len(), |next| end + next);
    loop {
        let start = text[..end].rfind('\n').map_or(0, |before| before + 1);
        let line = &text[start..end];
        if !line.trim().is_empty() {
            let blank = " ".repeat(line.len());
            text.replace_range(start..end, &blank);
            return Some(());
        }
        end = start.checked_sub(1)?;
    }
}

/// The value at a path.
pub(crate) fn at<'n>(root: &'n Node, path: &[Segment]) -> Option<&'n Node> {
    path.iter().try_fold(root, |node, segment| match segment {
        Segment::Key(key) => node.get(key),
        Segment::Item(index) => match &node.kind {
            Kind::List(items) => items.get(*index),
            _ => None,
        },
    })
}

/// The members of an object.
pub(crate) fn members(node: &Node) -> impl Iterator<Item = (&crate::load::Key, &Node)> {
    let entries = match &node.kind {
        Kind::Object(entries) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(|(key, value)| (key, value))
}

/// The items of a list, or the value itself.
pub(crate) fn items(node: &Node) -> &[Node] {
    match &node.kind {
        Kind::List(items) => items,
        _ => std::slice::from_ref(node),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_cannot_be_read_are_left_out() {
        let text =
            "contract: demo\ncas\ncases:\n  - id: a\n    requ\n    expect: [{ status: 200 }]\n";
        let tree = read("a.yaml", text).unwrap();
        assert!(!tree.is_complete);
        let path = [
            Segment::Key("cases".into()),
            Segment::Item(0),
            Segment::Key("expect".into()),
        ];
        let expect = at(&tree.root, &path).unwrap();
        assert_eq!(
            &text[expect.span.start as usize..expect.span.end as usize],
            "[{ status: 200 }]"
        );
        assert!(read("a.yaml", "a: 1\n").unwrap().is_complete);
        assert!(read("a.yaml", "a:\nb: 1\n").is_some_and(|tree| !tree.is_complete));
        assert!(read("a.yaml", "").is_none());
        assert!(read("a.json", "{ \"a\": ").is_none());
    }
}
