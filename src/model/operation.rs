//! The operation of a rule: a method and a path with `{}` for values and `{**}` for several segments, and the requests
//! that it names.

use std::borrow::Cow;
use std::fmt;

/// A method and the outline of a path: `POST /users/{}/seats`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    name: String,
    /// In normal form.
    segments: Vec<Segment>,
}

/// A segment of the path of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// The pieces around its `{}`.
    Pieces(Vec<String>),
    /// `{**}`: one or more segments that are not empty.
    Several,
}

/// What stands for several segments.
pub const SEVERAL_SEGMENTS: &str = "{**}";

/// The segments of a path in a spelling.
fn segments_of<'p>(
    path: impl Iterator<Item = &'p str>,
    spelled: fn(&str) -> String,
) -> Vec<Segment> {
    let segment = |segment: &str| match segment {
        SEVERAL_SEGMENTS => Segment::Several,
        segment => Segment::Pieces(segment.split("{}").map(spelled).collect()),
    };
    path.map(segment).collect()
}

impl Operation {
    /// Reads `METHOD /path`. `{}` is a value: any text that is not empty, within its segment. `{**}` in place of a segment
    /// is one or more segments that are not empty.
    pub fn new(name: &str) -> Operation {
        let (_, path) = name.split_once(' ').unwrap_or((name, ""));
        Operation {
            name: name.to_owned(),
            segments: segments_of(path.split('/'), normal),
        }
    }

    /// The name as written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The method.
    pub fn method(&self) -> &str {
        self.name.split(' ').next().unwrap_or_default()
    }

    /// Does it name the requests of this method to this path (without query)? The path is that of a URL, or an outline
    /// with `{}` for values. Spellings that RFC 3986 section 6.2.2 calls equivalent are equal: `%62ook` and `book`.
    pub fn names(&self, method: &str, path: &str) -> bool {
        self.method() == method && fit(&self.segments, path.split('/').map(in_normal_form))
    }

    /// What makes the difference if it would name the requests in another spelling of the path, which servers often treat
    /// alike: it is another resource all the same.
    pub fn nearly_names(&self, method: &str, path: &str) -> Option<&'static str> {
        if self.method() != method {
            return None;
        }
        let (_, own) = self.name.split_once(' ')?;
        let own_segments = || own.split('/').filter(|segment| !segment.is_empty());
        let segments = || path.split('/').filter(|one| !one.is_empty());
        let is_open = self.segments.contains(&Segment::Several);
        let may_fit = is_open || own_segments().count() == segments().count();
        if !may_fit || self.names(method, path) {
            return None;
        }
        let fits_as = |spelled: fn(&str) -> String| {
            fit(
                &segments_of(own_segments(), spelled),
                segments().map(|segment| spelled(segment).into()),
            )
        };
        if fits_as(normal) {
            return Some(if own.ends_with('/') == path.ends_with('/') {
                "a double slash"
            } else {
                "a slash at the end"
            });
        }
        if fits_as(decoded) {
            return Some("percent-encoding");
        }
        fits_as(|segment| decoded(segment).to_lowercase()).then_some("upper and lower case")
    }

    /// How many segments are the same for every request: of two operations that name a request, the one with more is
    /// meant.
    pub fn fixed_segments(&self) -> usize {
        self.segments
            .iter()
            .filter(|segment| matches!(segment, Segment::Pieces(pieces) if pieces.len() == 1))
            .count()
    }

    /// How many `{**}` are in it: of two operations with as many fixed segments, the one with fewer is meant.
    pub fn open_segments(&self) -> usize {
        let segments = self.segments.iter();
        segments.filter(|one| **one == Segment::Several).count()
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Does a path consist of these segments?
fn fit<'p>(own: &[Segment], mut path: impl Iterator<Item = Cow<'p, str>>) -> bool {
    if !own.contains(&Segment::Several) {
        let mut own = own.iter();
        return own.all(|segment| match (segment, path.next()) {
            (Segment::Pieces(pieces), Some(text)) => fits(pieces, &text),
            _ => false,
        }) && path.next().is_none();
    }
    let path: Vec<Cow<'_, str>> = path.collect();
    // Which numbers of segments of the path the segments so far can take.
    let mut taken = vec![false; path.len() + 1];
    taken[0] = true;
    for segment in own {
        let mut next = vec![false; path.len() + 1];
        for (at, text) in path.iter().enumerate() {
            next[at + 1] = match segment {
                Segment::Pieces(pieces) => taken[at] && fits(pieces, text),
                Segment::Several => (taken[at] || next[at]) && !text.is_empty(),
            };
        }
        taken = next;
    }
    taken[path.len()]
}

/// Does a segment consist of these pieces, with some text between each two of them?
fn fits(pieces: &[String], segment: &str) -> bool {
    let Some((first, others)) = pieces.split_first() else {
        return false;
    };
    let Some((last, between)) = others.split_last() else {
        return segment == first;
    };
    let Some(mut rest) = segment.strip_prefix(first.as_str()) else {
        return false;
    };
    for piece in between {
        let skipped = rest.chars().next().map_or(0, char::len_utf8);
        let Some(at) = rest[skipped..].find(piece.as_str()) else {
            return false;
        };
        if skipped == 0 {
            return false;
        }
        rest = &rest[skipped + at + piece.len()..];
    }
    rest.len() > last.len() && rest.ends_with(last.as_str())
}

/// A segment in the normal form of RFC 3986 section 6.2.2: no unreserved character is percent-encoded, and the digits of
/// other encoded bytes are upper case.
pub fn normal(segment: &str) -> String {
    in_normal_form(segment).into_owned()
}

/// The same without a copy where it is in that form.
fn in_normal_form(segment: &str) -> Cow<'_, str> {
    if !segment.contains('%') {
        return segment.into();
    }
    let mut normal = String::with_capacity(segment.len());
    let mut rest = segment;
    while let Some((before, after)) = rest.split_once('%') {
        normal.push_str(before);
        let digits = after.get(..2).filter(|digits| {
            let mut digits = digits.bytes();
            digits.all(|digit| digit.is_ascii_hexdigit())
        });
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let Some((byte, digits)) = byte.zip(digits) else {
            normal.push('%');
            rest = after;
            continue;
        };
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            normal.push(char::from(byte));
        } else {
            normal.push('%');
            normal.push_str(&digits.to_ascii_uppercase());
        }
        rest = &after[2..];
    }
    (normal + rest).into()
}

/// A segment without the percent-encoding of characters that stand for themselves in a path (RFC 3986 section 3.3).
fn decoded(segment: &str) -> String {
    let mut decoded = normal(segment);
    if !decoded.contains('%') {
        return decoded;
    }
    for c in "!$&'()*+,;=:@".chars() {
        decoded = decoded.replace(&format!("%{:02X}", u32::from(c)), &c.to_string());
    }
    decoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(name: &str, request: &str) -> bool {
        let (method, path) = request.split_once(' ').unwrap();
        Operation::new(name).names(method, path)
    }

    #[test]
    fn braces_name_any_text_of_a_segment_that_is_not_empty() {
        let rule = "GET /books/{}";
        assert!(names(rule, "GET /books/{}"));
        assert!(names(rule, "GET /books/no-such-book"));
        for other in [
            "GET /books/",
            "GET /books",
            "GET /books/1/2",
            "GET /books/1/",
            "GET //books/1",
            "POST /books/1",
            "GET /shops/1",
            "GET /Books/1",
        ] {
            assert!(!names(rule, other), "{other}");
        }
        assert!(names("GET /books/1", "GET /books/1"));
        assert!(!names("GET /books/1", "GET /books/{}"));
    }

    #[test]
    fn braces_can_be_a_part_of_a_segment() {
        let rule = "GET /files/{}.{}";
        for (path, is_named) in [
            ("/files/a.b", true),
            ("/files/{}.{}", true),
            ("/files/..b", true),
            ("/files/a.b.c", true),
            ("/files/.b", false),
            ("/files/a.", false),
            ("/files/a", false),
            ("/files/.", false),
        ] {
            assert_eq!(names(rule, &format!("GET {path}")), is_named, "{path}");
        }
        assert!(names("GET /v{}/x", "GET /v2/x"));
        assert!(!names("GET /v{}/x", "GET /v/x"));
        assert!(!names("GET /{}a{}", "GET /a"));
        assert!(names("GET /{}a{}", "GET /éaé"));
    }

    #[test]
    fn two_stars_are_one_or_more_segments() {
        let rule = "GET /v2/{**}/blobs/{}";
        for (path, is_named) in [
            ("/v2/a/blobs/x", true),
            ("/v2/a/b/c/blobs/x", true),
            ("/v2/{}/blobs/{}", true),
            ("/v2/a/blobs/blobs/x", true),
            ("/v2/blobs/blobs/x", true),
            ("/v2/blobs/x", false),
            ("/v2//blobs/x", false),
            ("/v2/a//blobs/x", false),
            ("/v2/a/blobs/x/y", false),
            ("/v2/a/blobs/", false),
            ("/v2/a/blob/x", false),
        ] {
            assert_eq!(names(rule, &format!("GET {path}")), is_named, "{path}");
        }
        assert!(names("GET /{**}", "GET /a/b"));
        assert!(!names("GET /{**}", "GET /"));
        assert!(!names("GET /{**}", "GET /a/"));
        assert!(names("GET /{**}/x/{**}", "GET /x/x/x"));
        assert!(!names("GET /{**}/x/{**}", "GET /x/x"));
        // Only in place of a segment.
        assert!(!names("GET /a{**}", "GET /ab/c"));
        let near = Operation::new("GET /v2/{**}/Tags");
        assert_eq!(
            near.nearly_names("GET", "/v2/a/b/Tags/"),
            Some("a slash at the end")
        );
        assert_eq!(
            near.nearly_names("GET", "/v2/a/b/tags"),
            Some("upper and lower case")
        );
        assert_eq!((near.fixed_segments(), near.open_segments()), (3, 1));
    }

    #[test]
    fn many_stars_take_no_time() {
        let rule = format!("GET {}", "/{**}".repeat(200));
        assert!(names(&rule, &format!("GET {}", "/a".repeat(200))));
        assert!(!names(&rule, &format!("GET {}", "/a".repeat(199))));
        assert!(!names(&(rule + "/b"), &format!("GET {}", "/a".repeat(900))));
    }

    #[test]
    fn spellings_of_one_character_are_equal() {
        assert!(names("GET /bad", "GET /%62ad"));
        assert!(names("GET /%62ad", "GET /bad"));
        assert!(names("GET /a%2fb", "GET /a%2Fb"));
        assert!(!names("GET /a/b", "GET /a%2Fb"));
        assert!(!names("GET /a%", "GET /a%25"));
        assert!(names("GET /a%zz%4", "GET /a%zz%4"));
        assert!(names("GET /{}", "GET /%C3%A9"));
    }

    #[test]
    fn a_path_that_differs_in_spelling_only_is_near() {
        let near = |path: &str| Operation::new("GET /Books/{}/a@b").nearly_names("GET", path);
        for (path, difference) in [
            ("/Books/7/a@b", None),
            ("/Books/7/a@b/", Some("a slash at the end")),
            ("//Books/7/a@b", Some("a double slash")),
            ("/Books/7/a%40b", Some("percent-encoding")),
            ("/books/7/A@b", Some("upper and lower case")),
            ("/books/7", None),
            ("/Books//a@b", None),
            ("/Books/7/a%2Fb", None),
        ] {
            assert_eq!(near(path), difference, "{path}");
        }
        assert_eq!(Operation::new("GET /a").nearly_names("POST", "/a/"), None);
        assert_eq!(
            Operation::new("GET /a/").nearly_names("GET", "/a"),
            Some("a slash at the end")
        );
    }

    proptest! {
        #[test]
        fn the_normal_form_is_stable(text in "([a-f]|%[0-9a-fA-F]{2}|é){0,12}") {
            let once = normal(&text);
            prop_assert_eq!(normal(&once), once);
        }

        #[test]
        fn an_operation_names_the_path_that_it_is(path in "(/[a-z%0-9{}.]{0,6}){1,4}") {
            let operation = Operation::new(&format!("GET {path}"));
            prop_assert!(operation.names("GET", &path));
        }
    }
}
