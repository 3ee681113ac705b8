//! Names and prefixes as Namespaces in XML 1.0 allows them. The parser checks less: it splits a name at its first colon,
//! and lets a declaration take a prefix back, which is of version 1.1.

use uppsala::QName;
use uppsala::pull::PullEvent;

use crate::xml::xpath::is_name_start;

/// What is wrong with the names of this part of a document, and its byte offset.
pub(super) fn misnamed(event: &PullEvent<'_>) -> Option<(usize, String)> {
    match event {
        PullEvent::StartElement {
            name,
            attributes,
            namespace_declarations,
            byte_start,
            ..
        } => {
            let undeclared = || {
                let mut declared = namespace_declarations.iter();
                let (prefix, _) =
                    declared.find(|(prefix, uri)| !prefix.is_empty() && uri.is_empty())?;
                Some(format!(
                    "the prefix `{}` is declared without a namespace",
                    shown(prefix)
                ))
            };
            let names = std::iter::once(name).chain(attributes.iter().map(|one| &one.name));
            let message = names
                .clone()
                .find_map(wrong)
                .or_else(undeclared)
                .or_else(|| {
                    let mut names = names.clone();
                    let is_reserved = names.any(|name| name.prefix.as_deref() == Some("xmlns"));
                    is_reserved.then(|| "the prefix `xmlns` is no prefix of names".to_owned())
                })?;
            Some((*byte_start, message))
        }
        PullEvent::ProcessingInstruction { pi, byte_start, .. } if pi.target.contains(':') => {
            let target = shown(&pi.target);
            let message = format!("the processing instruction `{target}` has a colon in its name");
            Some((*byte_start, message))
        }
        _ => None,
    }
}

/// Why a name is no qualified name: a prefix and one colon at most, and each part begins like a name (section 4).
fn wrong(name: &QName<'_>) -> Option<String> {
    let prefix = name.prefix.as_deref();
    let written = || match prefix {
        Some(prefix) => shown(&format!("{prefix}:{}", name.local_name)),
        None => shown(&name.local_name),
    };
    let is_name = |part: &str| part.starts_with(is_name_start) && !part.contains(':');
    if is_name(&name.local_name) && prefix.is_none_or(is_name) {
        return None;
    }
    let why = match (prefix, name.local_name.matches(':').count()) {
        (Some(_), 1..) | (None, 2..) => "has more than one colon",
        (None, 1) if name.local_name.starts_with(':') => "has nothing before its colon",
        (None, 1) => "has nothing after its colon",
        _ => "has no name after its colon",
    };
    Some(format!("the name `{}` {why}", written()))
}

/// A name in a message.
fn shown(name: &str) -> String {
    let short: String = name.chars().take(80).collect();
    short.escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use crate::xml::Document;

    /// <https://www.w3.org/TR/xml-names/>, sections 2 to 7.
    #[test]
    fn documents_are_well_formed_with_respect_to_namespaces() {
        for text in [
            "<a xmlns=''/>",
            "<a xmlns='u'><b xmlns=''/></a>",
            "<p:a xmlns:p='u'/>",
            "<a xmlns:p='u' p:b='1' b='2'/>",
            "<a xmlns:p='u' xmlns:q='u'/>",
            "<a xml:lang='en'/>",
            "<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
            "<_a.b-1/>",
            "<é:ß xmlns:é='u'/>",
            "<a xmlns:p='u'><b xmlns:p='v' p:c=''/></a>",
            "<?p a:b?><a/>",
            "<a xmlns='u' b='' xmlns:p='u' p:b=''/>",
            "<xmla/>",
        ] {
            assert!(Document::parse_text(text).is_ok(), "{text}");
        }
        for (text, message) in [
            ("<a:b:c/>", "prefix"),
            (
                "<a:b:c xmlns:a='u'/>",
                "the name `a:b:c` has more than one colon",
            ),
            (
                "<a xmlns:p='u' p:b:c=''/>",
                "the name `p:b:c` has more than one colon",
            ),
            ("<:a/>", "the name `:a` has nothing before its colon"),
            ("<a:/>", "the name `a:` has nothing after its colon"),
            ("<a :b=''/>", "the name `:b` has nothing before its colon"),
            ("<:/>", "colon"),
            ("<::/>", "the name `::` has more than one colon"),
            (
                "<p:1 xmlns:p='u'/>",
                "the name `p:1` has no name after its colon",
            ),
            (
                "<a xmlns:p='u' p:-b=''/>",
                "the name `p:-b` has no name after its colon",
            ),
            (
                "<a xmlns:p=''/>",
                "the prefix `p` is declared without a namespace",
            ),
            (
                "<p:a xmlns:p='u'><b xmlns:p=''/></p:a>",
                "the prefix `p` is declared without a namespace",
            ),
            ("<p:a/>", "prefix"),
            ("<a p:b=''/>", "prefix"),
            ("<a xmlns:p='u' xmlns:q='u' p:b='' q:b=''/>", ""),
            ("<a xmlns:xml='u'/>", "xml"),
            ("<a xmlns:xmlns='u'/>", "xmlns"),
            ("<a xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>", "xmlns"),
            ("<a xmlns:p='http://www.w3.org/2000/xmlns/'/>", ""),
            ("<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>", ""),
            ("<a xmlns='http://www.w3.org/XML/1998/namespace'/>", ""),
            ("<a xmlns='http://www.w3.org/2000/xmlns/'/>", ""),
            ("<xmlns:a/>", "xmlns"),
            ("<a xmlns:='u'/>", ""),
            ("<a xmlns:b:c='u'/>", ""),
            ("<a xmlns:1='u'/>", ""),
            (
                "<?p:q x?><a/>",
                "the processing instruction `p:q` has a colon in its name",
            ),
        ] {
            let error = Document::parse_text(text).map(|_| ()).expect_err(text);
            assert!(error.message.contains(message), "{text}: {error}");
            assert!(!error.is_refused, "{text}: {error}");
        }
    }

    #[test]
    fn the_place_is_that_of_the_tag() {
        let error = Document::parse_text("<a xmlns:p='u'>\n <p:b:c/></a>").unwrap_err();
        assert_eq!((error.line, error.column), (2, 2));
    }
}
