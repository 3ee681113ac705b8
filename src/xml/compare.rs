//! Documents as lines that are equal where the documents are.
//!
//! Not compared: the order of attributes, prefixes, comments, processing instructions, how text is written (CDATA,
//! references), and white space between elements. Text in an element without elements is compared exactly.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use crate::xml::document::{Document, Kind, Name, NodeId, ROOT};

/// One line of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// How deep it is indented.
    pub(crate) depth: usize,
    /// A tag, a text, or an element with nothing but text.
    pub(crate) text: String,
    /// The node that it shows.
    pub(crate) node: NodeId,
}

/// How names are written in lines: each namespace in one way, whatever the documents call it.
#[derive(Debug, Default)]
pub(crate) struct Prefixes {
    /// What is written before the local name.
    by_namespace: HashMap<String, String>,
    taken: HashSet<String>,
}

impl Prefixes {
    /// The name of an element, with the first prefix that its namespace has; with the namespace in braces if another
    /// one had that prefix before.
    fn of_element(&mut self, name: &Name) -> String {
        format!("{}{}", self.before(name), name.local)
    }

    /// The name of an attribute: without a prefix it is in no namespace.
    fn of_attribute(&mut self, name: &Name) -> String {
        if name.namespace.is_empty() {
            return name.local.clone();
        }
        let before = match self.before(name) {
            "" => format!("{{{}}}", name.namespace),
            before => before.to_owned(),
        };
        before + &name.local
    }

    fn before(&mut self, name: &Name) -> &str {
        let taken = &mut self.taken;
        let before = self.by_namespace.entry(name.namespace.clone());
        before.or_insert_with(
            || match (taken.insert(name.prefix.clone()), &*name.prefix) {
                (true, "") => String::new(),
                (true, prefix) => format!("{prefix}:"),
                (false, _) => format!("{{{}}}", name.namespace),
            },
        )
    }
}

/// The lines of a document; `fill` replaces what stands for values in its texts.
pub(crate) fn lines(
    document: &Document,
    prefixes: &mut Prefixes,
    fill: &dyn Fn(&str) -> String,
) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    // The nodes to write, last one first; `None` closes an element.
    let mut waiting: Vec<(NodeId, usize, bool)> = vec![(document.element(), 0, false)];
    while let Some((id, depth, closes)) = waiting.pop() {
        let node = document.node(id);
        if node.kind == Kind::Text {
            let text = escaped(&fill(&node.text));
            // Only comments and instructions are between this text and the one before it.
            if let Some(last) = lines.last_mut()
                && document.node(last.node).kind == Kind::Text
            {
                last.text.push_str(&text);
                continue;
            }
            lines.push(Line {
                depth,
                text,
                node: id,
            });
            continue;
        }
        let name = node.name.as_ref().map(|name| prefixes.of_element(name));
        let name = name.unwrap_or_default();
        if closes {
            let text = format!("</{name}>");
            lines.push(Line {
                depth,
                text,
                node: id,
            });
            continue;
        }
        let mut text = format!("<{name}");
        let mut attributes: Vec<(String, String)> = Vec::new();
        for attribute in document.attributes(id) {
            let attribute = document.node(attribute);
            let name = attribute
                .name
                .as_ref()
                .map(|name| prefixes.of_attribute(name));
            attributes.push((name.unwrap_or_default(), escaped(&fill(&attribute.text))));
        }
        attributes.sort();
        for (name, value) in attributes {
            let _ = write!(text, " {name}=\"{value}\"");
        }
        let children = content(document, id);
        match children.as_slice() {
            [] => text.push_str("/>"),
            [only] if document.node(*only).kind == Kind::Text => {
                let inside = escaped(&fill(&texts_from(document, *only)));
                // Empty text is no text: a value may be empty.
                match inside.as_str() {
                    "" => text.push_str("/>"),
                    _ => {
                        let _ = write!(text, ">{inside}</{name}>");
                    }
                }
            }
            several => {
                text.push('>');
                waiting.push((id, depth, true));
                let inside = several.iter().rev();
                waiting.extend(inside.map(|child| (*child, depth + 1, false)));
            }
        }
        lines.push(Line {
            depth,
            text,
            node: id,
        });
    }
    lines
}

/// The elements and texts in an element, without white space between elements.
fn content(document: &Document, id: NodeId) -> Vec<NodeId> {
    let children = document.children(id);
    let children: Vec<NodeId> = children
        .filter(|child| matches!(document.node(*child).kind, Kind::Element | Kind::Text))
        .collect();
    let is_element = |child: &NodeId| document.node(*child).kind == Kind::Element;
    if !children.iter().any(is_element) {
        // Comments may be between texts.
        return children.into_iter().take(1).collect();
    }
    let is_blank = |child: &NodeId| {
        let blank = [' ', '\t', '\r', '\n'];
        !is_element(child) && document.node(*child).text.trim_matches(blank).is_empty()
    };
    let is_mixed = children
        .iter()
        .any(|child| !is_element(child) && !is_blank(child));
    let kept = children.into_iter();
    kept.filter(|child| is_mixed || !is_blank(child)).collect()
}

/// The text of a node and of those after it that only comments and instructions separate from it.
fn texts_from(document: &Document, id: NodeId) -> Cow<'_, str> {
    let parent = document.node(id).parent;
    if parent == ROOT {
        return Cow::Borrowed(&document.node(id).text);
    }
    document.string_value(parent)
}

/// A text on one line, in which no two texts are written alike.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\t' => escaped.push_str("&#9;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(one: &str, other: &str) -> [Vec<String>; 2] {
        let mut prefixes = Prefixes::default();
        [one, other].map(|text| {
            let document = Document::parse_text(text).unwrap();
            let lines = lines(&document, &mut prefixes, &str::to_owned);
            let lines = lines.into_iter();
            lines
                .map(|line| format!("{}{}", " ".repeat(line.depth), line.text))
                .collect()
        })
    }

    #[test]
    fn what_does_not_count_is_not_compared() {
        let equal = [
            ("<a b='1' c='2'/>", "<a c=\"2\" b=\"1\"></a>"),
            (
                "<a xmlns='u'><b/></a>",
                "<p:a xmlns:p='u'>\n  <p:b/>\n</p:a>",
            ),
            ("<a>x &amp; y</a>", "<a><![CDATA[x & y]]></a>"),
            ("<a>x<!--c-->y</a>", "<a>xy<?p?></a>"),
            ("<a>x<!--c-->y<b/></a>", "<a>xy<b/></a>"),
            (
                "<a><!--c--><b/></a>",
                "<?xml version='1.0'?><a>\t<b/></a><!--d-->",
            ),
            ("<a xmlns:q='v' q:b='1'/>", "<a xmlns:r='v' r:b='1'/>"),
            ("<a b='x\r\n y'/>", "<a b='x  y'/>"),
        ];
        for (one, other) in equal {
            let [one, other] = shown(one, other);
            assert_eq!(one, other);
        }
    }

    #[test]
    fn what_counts_is_compared() {
        let different = [
            ("<a b='1'/>", "<a b='2'/>"),
            ("<a b='1'/>", "<a/>"),
            ("<a/>", "<b/>"),
            ("<a/>", "<a xmlns='u'/>"),
            ("<a xmlns='u'/>", "<a xmlns='v'/>"),
            ("<a xmlns='u'><b xmlns=''/></a>", "<a xmlns='u'><b/></a>"),
            ("<a xmlns='u' xmlns:p='u' p:b='1'/>", "<a xmlns='u' b='1'/>"),
            ("<a xmlns:q='v' q:b='1'/>", "<a b='1'/>"),
            ("<a> x</a>", "<a>x</a>"),
            ("<a> </a>", "<a/>"),
            ("<a><b/><c/></a>", "<a><c/><b/></a>"),
            ("<a><b/></a>", "<a><b/><b/></a>"),
            ("<a>x <b/> y</a>", "<a>x <b/>y</a>"),
            ("<a><b>x</b></a>", "<a>&lt;b&gt;x&lt;/b&gt;</a>"),
            ("<a b='&#10;'/>", "<a b=' '/>"),
            (
                "<p:a xmlns:p='u' xmlns:q='v'><q:b/></p:a>",
                "<p:a xmlns:p='u'><p:b/></p:a>",
            ),
            ("<a><b/></a>", "<a><b/>x</a>"),
        ];
        for (one, other) in different {
            let [first, second] = shown(one, other);
            assert_ne!(first, second, "{one} {other}");
        }
    }

    #[test]
    fn a_document_is_indented() {
        let [lines, _] = shown("<a><b c='1'>x</b><d><e/></d>text</a>", "<a/>");
        let expected = [
            "<a>",
            " <b c=\"1\">x</b>",
            " <d>",
            "  <e/>",
            " </d>",
            " text",
            "</a>",
        ];
        assert_eq!(lines, expected);
    }

    fn tree() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("<a/>".to_owned()),
            Just("<b c='1'>x</b>".to_owned()),
            Just("t".to_owned())
        ];
        leaf.prop_recursive(4, 20, 3, |inner| {
            let children = prop::collection::vec(inner, 0..3);
            children.prop_map(|children| format!("<d>{}</d>", children.concat()))
        })
    }

    proptest! {
        #[test]
        fn a_document_equals_itself_and_nothing_with_one_element_more(inside in tree()) {
            let text = format!("<r>{inside}</r>");
            let [one, other] = shown(&text, &text);
            prop_assert_eq!(&one, &other);
            let [one, more] = shown(&text, &format!("<r>{inside}<z/></r>"));
            prop_assert_ne!(one, more);
        }
    }
}
