//! The table of markers: the words in angle brackets of a case file.
//!
//! The loader and its diagnostics, the JSON Schemas for editors, the words of findings and `prove` all read this table.
//! A new marker is a row here and an arm in `judge::marker::accepts`.

/// Where a marker can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkerPlace {
    /// In place of a value of a JSON body.
    Json,
    /// In place of the body as text.
    Text,
    /// In place of the value of a response header.
    Header,
    /// As the only key of an object in a pattern.
    Key,
    /// In place of the value of a request header.
    RequestHeader,
    /// In place of the body of a response.
    ResponseBody,
    /// In place of the body or the identity of a request.
    Request,
}

impl MarkerPlace {
    /// Where that is in a case file, after "only valid".
    pub fn describe(self) -> &'static str {
        match self {
            MarkerPlace::Json => "in a JSON pattern",
            MarkerPlace::Text => "under `text`",
            MarkerPlace::Header => "under `headers` of a block",
            MarkerPlace::Key => "as a key of a JSON pattern",
            MarkerPlace::RequestHeader => "under `headers` of a request",
            MarkerPlace::ResponseBody => "under `body` of a block",
            MarkerPlace::Request => "under `body`, `identity`, `schema` or `illegal` of a request",
        }
    }
}

/// What is written after the name of a marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentKind {
    /// Nothing: `<uuid>`.
    None,
    /// Text, perhaps with values in it: `<contains ${fixture.name}>`.
    Text,
    /// Words: `<one-of a b>`.
    Words,
    /// A marker without its brackets, or a literal: `<not null>`.
    Pattern,
    /// A regular expression, which is all there is: `</^a/>`.
    Regex,
    /// A type and a subtype: `<media-type text/html>`.
    MediaType,
    /// A number, a date-time, or the path of one in the same answer: `<more-than 7>`.
    Bound,
    /// Nothing, or a range of numbers or lengths: `<number 1..100>`.
    Range,
    /// Nothing, or a period: `<date-time after 2026-01-31T12:00:00Z within 5m>`.
    Period,
    /// The value of the key, a list of patterns: `<unordered>: [1, 2]`.
    PatternList,
    /// The value of the key, one pattern: `<each>: <string>`.
    PatternValue,
}

impl ArgumentKind {
    /// Can the argument be left out?
    pub fn is_optional(self) -> bool {
        matches!(
            self,
            ArgumentKind::None | ArgumentKind::Range | ArgumentKind::Period
        )
    }
}

/// What `prove` replaces to invert a check of this marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InversionScope {
    /// The marker alone, by a value that no response has.
    Marker,
    /// The marker and the `?` around it: a missing member satisfies both.
    Member,
}

/// One row of [`MARKERS`].
#[derive(Clone, Copy, Debug)]
pub struct MarkerRow {
    /// Which marker this is.
    pub kind: MarkerKind,
    /// The name in case files.
    pub name: &'static str,
    /// What follows the name.
    pub argument: ArgumentKind,
    /// Where it can be written.
    pub places: &'static [MarkerPlace],
    /// The JSON types of the values it can accept.
    pub json_types: &'static [&'static str],
    /// What it accepts, in words: `text that contains {}`, where `{}` is the argument.
    pub words: &'static str,
    /// How `prove` inverts a check of it.
    pub inversion: InversionScope,
}

impl MarkerRow {
    /// Can the marker be written there?
    pub fn is_valid_in(&self, place: MarkerPlace) -> bool {
        self.places.contains(&place)
    }

    /// The one JSON type that it accepts; `None` when it accepts several, or no value at all.
    pub fn json_type(&self) -> Option<&'static str> {
        match self.json_types {
            [only] => Some(only),
            _ => None,
        }
    }

    /// What a range after its name counts; `None` where it is the value itself.
    pub fn unit(&self) -> Option<&'static str> {
        match self.json_type() {
            Some("string") => Some("character"),
            Some("array") => Some("element"),
            _ => None,
        }
    }

    /// Examples as they are written in a case file: without an argument that can be left out, and with it.
    pub fn examples(&self) -> Vec<String> {
        let mut examples = vec![self.example()];
        if self.argument.is_optional() && self.argument != ArgumentKind::None {
            examples.insert(0, format!("<{}>", self.name));
        }
        examples
    }

    /// An example as it is written in a case file.
    pub fn example(&self) -> String {
        let name = self.name;
        match self.argument {
            ArgumentKind::None => format!("<{name}>"),
            ArgumentKind::Bound => format!("<{name} 7>"),
            ArgumentKind::Range => format!("<{name} 1..100>"),
            ArgumentKind::Period => format!("<{name} after ${{capture.time}}>"),
            ArgumentKind::Text => format!("<{name} word>"),
            ArgumentKind::Words => format!("<{name} a b>"),
            ArgumentKind::Pattern => format!("<{name} null>"),
            ArgumentKind::Regex => "</regex/>".to_owned(),
            ArgumentKind::MediaType => format!("<{name} application/json>"),
            ArgumentKind::PatternList => format!("<{name}>: [...]"),
            ArgumentKind::PatternValue => format!("<{name}>: ..."),
        }
    }
}

impl MarkerKind {
    /// The row of the marker.
    pub fn row(self) -> &'static MarkerRow {
        // The macro makes kinds and rows in the same order.
        &MARKERS[self as usize]
    }

    /// The marker of that name which is valid in a place.
    pub fn find(name: &str, place: MarkerPlace) -> Option<MarkerKind> {
        let row = rows_in(place).find(|row| row.name == name);
        row.map(|row| row.kind)
    }
}

/// The markers that are valid in a place.
pub fn rows_in(place: MarkerPlace) -> impl Iterator<Item = &'static MarkerRow> {
    MARKERS.iter().filter(move |row| row.is_valid_in(place))
}

use MarkerPlace as In;

const VALUE: &[In] = &[In::Json, In::Text, In::Header];
const JSON: &[In] = &[In::Json];
const JSON_OR_HEADER: &[In] = &[In::Json, In::Header];

const ALL: &[&str] = &["null", "boolean", "number", "string", "array", "object"];
const COMPARED: &[&str] = &["number", "string"];
const NOT_NULL: &[&str] = &["boolean", "number", "string", "array", "object"];

macro_rules! markers {
    ($(
        $(#[doc = $doc:literal])*
        $kind:ident $name:literal $argument:ident $places:expr, $types:expr, $words:literal, $inversion:ident;
    )*) => {
        /// All markers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum MarkerKind {
            $( $(#[doc = $doc])* $kind, )*
        }

        /// All markers, in the order in which diagnostics and editors list them.
        pub const MARKERS: &[MarkerRow] = &[$( MarkerRow {
            kind: MarkerKind::$kind,
            name: $name,
            argument: ArgumentKind::$argument,
            places: $places,
            json_types: $types,
            words: $words,
            inversion: InversionScope::$inversion,
        }, )*];
    };
}

markers! {
    /// Any value, null included.
    Any "any" None VALUE, ALL, "anything", Marker;
    /// The member is missing.
    Absent "absent" None JSON_OR_HEADER, &[], "no such member", Member;
    /// The member is there, and not null.
    Present "present" None JSON_OR_HEADER, NOT_NULL, "any value but null", Marker;
    /// A string.
    String "string" Range VALUE, &["string"], "a string", Marker;
    /// A string with at least one character.
    NonEmpty "non-empty" None VALUE, &["string"], "a string that is not empty", Marker;
    /// A number.
    Number "number" Range VALUE, &["number"], "a number", Marker;
    /// A number without a fraction (1.0 counts).
    Integer "integer" Range VALUE, &["integer"], "an integer", Marker;
    /// true or false.
    Boolean "boolean" None JSON, &["boolean"], "true or false", Marker;
    /// An object.
    Object "object" None JSON, &["object"], "an object", Marker;
    /// An array.
    Array "array" Range JSON, &["array"], "an array", Marker;
    /// null.
    Null "null" None JSON, &["null"], "null", Marker;
    /// A UUID in the form 8-4-4-4-12, in either letter case.
    Uuid "uuid" None VALUE, &["string"], "a UUID", Marker;
    /// An ISO 8601 date and time with a zone and 0 to 12 fraction digits.
    DateTime "date-time" Period VALUE, &["string"], "a date-time with a zone", Marker;
    /// The same with or without a zone.
    LocalDateTime "local-date-time" None VALUE, &["string"], "a date-time", Marker;
    /// A number greater than this one, or a later date-time.
    MoreThan "more-than" Bound VALUE, COMPARED, "more than {}", Marker;
    /// A number less than this one, or an earlier date-time.
    LessThan "less-than" Bound VALUE, COMPARED, "less than {}", Marker;
    /// This number or a greater one, this date-time or a later one.
    AtLeast "at-least" Bound VALUE, COMPARED, "at least {}", Marker;
    /// This number or a lesser one, this date-time or an earlier one.
    AtMost "at-most" Bound VALUE, COMPARED, "at most {}", Marker;
    /// A SHA-256 digest: 64 hexadecimal digits, in either letter case.
    Sha256 "sha256" None VALUE, &["string"], "a SHA-256 digest in hexadecimal digits", Marker;
    /// Base64 with padding that is not empty (RFC 4648 section 4).
    Base64 "base64" None VALUE, &["string"], "base64", Marker;
    /// A URI with a scheme (RFC 3986 section 3), as `format: uri` in a schema.
    Uri "uri" None VALUE, &["string"], "a URI", Marker;
    /// An address of a mailbox, as `format: email` in a schema.
    Email "email" None VALUE, &["string"], "an email address", Marker;
    /// An IPv4 or IPv6 address, as `format: ipv4` and `format: ipv6` in a schema.
    Ip "ip" None VALUE, &["string"], "an IP address", Marker;
    /// A version as in Semantic Versioning 2.0.0: `1.2.3-rc.1`.
    Semver "semver" None VALUE, &["string"], "a semantic version", Marker;
    /// Text that is JSON.
    JsonText "json" None VALUE, &["string"], "JSON text", Marker;
    /// Text in which the regular expression finds a match (it is not anchored).
    Regex "/" Regex VALUE, &["string"], "text that matches /{}/", Marker;
    /// This text in any letter case.
    IgnoreCase "ignore-case" Text VALUE, &["string"], "`{}` in any letter case", Marker;
    /// Text that contains this text.
    ContainsText "contains" Text VALUE, &["string"], "text that contains `{}`", Marker;
    /// Exactly one of these words.
    OneOf "one-of" Words VALUE, &["string"], "one of {}", Marker;
    /// One of these words in any letter case.
    OneOfIgnoreCase "one-of-ignore-case" Words VALUE, &["string"], "one of {} (in any letter case)", Marker;
    /// Any value except those that the pattern accepts.
    Not "not" Pattern VALUE, ALL, "anything but {}", Marker;
    /// One line of this media type; parameters are ignored.
    MediaType "media-type" MediaType &[In::Header], &["string"], "the media type {}", Marker;
    /// Exactly these elements in any order, one to one.
    Unordered "unordered" PatternList &[In::Key], &["array"], "exactly these elements in any order, one to one", Marker;
    /// At least these elements in any order, one to one.
    Contains "contains" PatternList &[In::Key], &["array"], "at least these elements, one to one", Marker;
    /// A non-empty array in which every element matches.
    Each "each" PatternValue &[In::Key], &["array"], "a non-empty array in which every element matches", Marker;
    /// An array, perhaps empty, in which every element matches.
    EachOrNone "each?" PatternValue &[In::Key], &["array"], "an array, possibly empty, in which every element matches", Marker;
    /// The member is missing, or matches.
    Optional "optional" PatternValue &[In::Key], ALL, "a member that is missing or matches", Marker;
    /// The header is not sent.
    Omit "omit" None &[In::RequestHeader], &[], "the header is not sent", Marker;
    /// The response has no body.
    Empty "empty" None &[In::ResponseBody], &[], "no bytes", Marker;
    /// What a shared request has is left out.
    Nothing "none" None &[In::Request], &[], "left out", Marker;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_row_and_a_name_of_its_own_in_each_place() {
        for row in MARKERS {
            assert_eq!(row.kind.row().name, row.name);
            for place in row.places {
                assert_eq!(MarkerKind::find(row.name, *place), Some(row.kind));
            }
        }
    }
}
