//! The outline of a JSON body: its members and types, without values.
//!
//! ```text
//! [{devices?:[{type:text}],state:text,xuid:null|text}]
//! ```
//!
//! The elements of an array share one outline; a member that only some of them have is marked with `?`. A report
//! contains the outline of each judged body, so it is compact and bounded: an object with very many members is a map
//! (`{*:text}`), and an outline that is too long is cut at a depth (`{…}`), always by the same rule, so that two outlines
//! can be compared.

mod difference;
mod reader;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use crate::json::document::DEPTH_LIMIT;
use crate::json::outline::reader::Reader;

pub use crate::json::outline::difference::{Difference, differences};

/// The longest text of an outline, in bytes.
pub const OUTLINE_LIMIT: usize = 4096;

/// Objects with more members than this are maps. A user of Microsoft Graph has about ninety members.
const NAMES: usize = 128;

const NULL: u8 = 1;
const BOOLEAN: u8 = 2;
const NUMBER: u8 = 4;
const TEXT: u8 = 8;
const SCALARS: [(u8, &str); 4] = [
    (NULL, "null"),
    (BOOLEAN, "boolean"),
    (NUMBER, "number"),
    (TEXT, "text"),
];

/// The types at one place: a union of JSON types.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline<'t> {
    scalars: u8,
    array: Option<Box<Items<'t>>>,
    object: Option<Box<Members<'t>>>,
}

/// The elements of all arrays of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Items<'t> {
    /// One outline for all elements; empty when there are none.
    All(Outline<'t>),
    /// Cut here.
    Unknown,
}

/// The members of all objects of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Members<'t> {
    Named {
        /// The number of objects.
        objects: usize,
        /// Each member, and the number of objects that have it.
        names: BTreeMap<Cow<'t, str>, (Outline<'t>, usize)>,
    },
    /// A map: one outline for all values.
    Map(Outline<'t>),
    /// Cut here.
    Unknown,
}

impl<'t> Outline<'t> {
    /// The names of the members of an object, or of the elements of a list (`[].name`), as far as they are known.
    pub fn member_names(&self) -> BTreeSet<String> {
        let own = |outline: &Outline<'_>, lead: &str| -> Vec<String> {
            match outline.object.as_deref() {
                Some(Members::Named { names, .. }) => {
                    names.keys().map(|name| format!("{lead}{name}")).collect()
                }
                _ => Vec::new(),
            }
        };
        let mut names: BTreeSet<String> = own(self, "").into_iter().collect();
        if let Some(Items::All(items)) = self.array.as_deref() {
            names.extend(own(items, "[]."));
        }
        names
    }

    /// The outline of a value.
    pub fn of(value: &'t Value) -> Outline<'t> {
        let mut outline = Outline::default();
        outline.add(value);
        outline
    }

    fn add(&mut self, value: &'t Value) {
        match value {
            Value::Null => self.scalars |= NULL,
            Value::Bool(_) => self.scalars |= BOOLEAN,
            Value::Number(_) => self.scalars |= NUMBER,
            Value::String(_) => self.scalars |= TEXT,
            Value::Array(items) => {
                let array = self
                    .array
                    .get_or_insert_with(|| Box::new(Items::All(Outline::default())));
                if let Items::All(all) = array.as_mut() {
                    for item in items {
                        all.add(item);
                    }
                }
            }
            Value::Object(members) => {
                let object = self.object.get_or_insert_with(|| {
                    Box::new(Members::Named {
                        objects: 0,
                        names: BTreeMap::new(),
                    })
                });
                if members.len() > NAMES {
                    object.become_map();
                }
                members
                    .iter()
                    .for_each(|(name, member)| object.add(name, member));
                object.count();
            }
        }
    }

    /// Merges another outline of the same place.
    fn merge(&mut self, other: Outline<'t>) {
        self.scalars |= other.scalars;
        match (&mut self.array, other.array) {
            (Some(array), Some(other)) => match (array.as_mut(), *other) {
                (Items::All(all), Items::All(other)) => all.merge(other),
                (array, _) => *array = Items::Unknown,
            },
            (array @ None, other) => *array = other,
            (Some(_), None) => {}
        }
        match (&mut self.object, other.object) {
            (Some(object), Some(other)) => object.merge(*other),
            (object @ None, other) => *object = other,
            (Some(_), None) => {}
        }
    }

    /// The outline as text, in at most [`OUTLINE_LIMIT`] bytes. `shown` returns the printed name of a member: names come
    /// from the target and may contain secrets.
    pub fn text(&self, shown: &dyn Fn(&str) -> Cow<'_, str>) -> String {
        // The first is nearly always short enough.
        for depth in [DEPTH_LIMIT + 1, 8, 6, 5, 4, 3, 2, 1, 0] {
            let mut text = String::new();
            if self.write(&mut text, shown, depth) {
                return text;
            }
        }
        "…".to_owned()
    }

    /// Writes the outline; false when it is too long.
    fn write(&self, text: &mut String, shown: &dyn Fn(&str) -> Cow<'_, str>, depth: usize) -> bool {
        let mut is_first = true;
        let mut between = |text: &mut String| {
            if !std::mem::take(&mut is_first) {
                text.push('|');
            }
        };
        for (scalar, word) in SCALARS {
            if self.scalars & scalar != 0 {
                between(text);
                text.push_str(word);
            }
        }
        if let Some(array) = &self.array {
            between(text);
            text.push('[');
            let fits = match array.as_ref() {
                Items::All(all) if depth > 0 || all.is_empty() => {
                    all.write(text, shown, depth.saturating_sub(1))
                }
                _ => {
                    text.push('…');
                    true
                }
            };
            text.push(']');
            if !fits {
                return false;
            }
        }
        if let Some(object) = &self.object {
            between(text);
            text.push('{');
            let fits = match object.as_ref() {
                Members::Named { objects, names } if depth > 0 || names.is_empty() => {
                    let mut members = names.iter().enumerate();
                    members.all(|(index, (name, (member, count)))| {
                        if index > 0 {
                            text.push(',');
                        }
                        push_name(text, &shown(name));
                        text.push_str(if count < objects { "?:" } else { ":" });
                        member.write(text, shown, depth - 1)
                    })
                }
                Members::Map(all) if depth > 0 => {
                    text.push_str("*:");
                    all.write(text, shown, depth - 1)
                }
                _ => {
                    text.push('…');
                    true
                }
            };
            text.push('}');
            if !fits {
                return false;
            }
        }
        text.len() <= OUTLINE_LIMIT
    }

    /// Parses the text of an outline.
    pub fn parse(text: &str) -> Option<Outline<'static>> {
        if text == "…" || text.len() > OUTLINE_LIMIT + 2 * DEPTH_LIMIT {
            return None;
        }
        Reader::read(text)
    }

    /// Is nothing known about this place?
    fn is_empty(&self) -> bool {
        *self == Outline::default()
    }

    /// The types in words: `null or text`.
    fn words(&self) -> String {
        let scalars = SCALARS.iter().filter(|(bit, _)| self.scalars & bit != 0);
        let mut words: Vec<&str> = scalars.map(|(_, word)| *word).collect();
        words.extend(self.array.is_some().then_some("array"));
        words.extend(self.object.is_some().then_some("object"));
        words.join(" or ")
    }
}

impl<'t> Members<'t> {
    fn add(&mut self, name: &'t str, value: &'t Value) {
        match self {
            Members::Named { names, .. } => {
                let member = names.entry(Cow::Borrowed(name)).or_default();
                member.0.add(value);
                member.1 += 1;
                if names.len() > NAMES {
                    self.become_map();
                }
            }
            Members::Map(all) => all.add(value),
            Members::Unknown => {}
        }
    }

    /// Counts one more object.
    fn count(&mut self) {
        if let Members::Named { objects, .. } = self {
            *objects += 1;
        }
    }

    fn become_map(&mut self) {
        if let Members::Named { names, .. } = self {
            let mut all = Outline::default();
            for (_, (outline, _)) in std::mem::take(names) {
                all.merge(outline);
            }
            *self = Members::Map(all);
        }
    }

    fn merge(&mut self, other: Members<'t>) {
        match (&mut *self, other) {
            (
                Members::Named { objects, names },
                Members::Named {
                    objects: more,
                    names: others,
                },
            ) => {
                *objects += more;
                for (name, (outline, count)) in others {
                    let member = names.entry(name).or_default();
                    member.0.merge(outline);
                    member.1 += count;
                }
                if names.len() > NAMES {
                    self.become_map();
                }
            }
            (Members::Map(all), Members::Map(other)) => all.merge(other),
            (Members::Map(all), Members::Named { names, .. }) => {
                for (other, _) in names.into_values() {
                    all.merge(other);
                }
            }
            (Members::Named { .. }, other @ Members::Map(_)) => {
                self.become_map();
                self.merge(other);
            }
            _ => *self = Members::Unknown,
        }
    }
}

/// Writes a name as it is, or quoted as in JSON if it would be ambiguous.
fn push_name(text: &mut String, name: &str) {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_-.@$".contains(&b);
    if !name.is_empty() && name.bytes().all(is_plain) {
        text.push_str(name);
    } else {
        // Writing to a string cannot fail.
        let _ = write!(text, "{}", Value::from(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn text(value: &Value) -> String {
        Outline::of(value).text(&|name| Cow::Owned(name.to_owned()))
    }

    fn drift(old: &Value, new: &Value) -> Vec<String> {
        let old = text(old);
        let new = text(new);
        let found = differences(
            &Outline::parse(&old).unwrap(),
            &Outline::parse(&new).unwrap(),
        );
        let shown = |side: Option<String>| side.unwrap_or_else(|| "-".into());
        found
            .into_iter()
            .map(|one| format!("{}: {} > {}", one.pointer, shown(one.old), shown(one.new)))
            .collect()
    }

    #[test]
    fn the_elements_of_an_array_share_one_outline() {
        let value = json!([{"xuid": "1", "state": "online", "devices": [{"type": "D"}]}, {"xuid": null, "state": "x"}]);
        assert_eq!(
            text(&value),
            "[{devices?:[{type:text}],state:text,xuid:null|text}]"
        );
        assert_eq!(text(&json!([])), "[]");
        assert_eq!(
            text(&json!({"a b": 1, "": {}, "x": [1, [true]]})),
            "{\"\":{},\"a b\":number,x:[number|[boolean]]}"
        );
    }

    #[test]
    fn an_object_of_many_names_is_a_map() {
        let members = (0..=NAMES).map(|number| (format!("id-{number}"), json!({"n": number})));
        let value = Value::Object(members.collect());
        assert_eq!(text(&value), "{*:{n:number}}");
    }

    #[test]
    fn a_long_outline_is_cut_at_a_depth() {
        let long = "x".repeat(100);
        let wide = (0..60).map(|number| (format!("{long}{number}"), json!({"inner": 1})));
        let value = json!({"a": {"b": Value::Object(wide.collect())}});
        assert_eq!(text(&value), "{a:{b:{…}}}");
        let name = "y".repeat(OUTLINE_LIMIT);
        assert_eq!(text(&json!({name: 1})), "{…}");
    }

    #[test]
    fn new_missing_and_changed_members_are_reported() {
        let old = json!({"users": [{"id": 1, "name": "a", "tags": []}], "gone": true});
        let new = json!({"users": [{"id": "1", "name": "a", "tags": [1]}, {"id": "2", "tags": []}], "here": null});
        assert_eq!(
            drift(&old, &new),
            [
                "/gone: boolean > -",
                "/here: - > null",
                "/users/*/id: number > text",
                "/users/*/name: always text > sometimes text",
            ]
        );
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        scalar.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec(("[ab]|\\PC{0,3}|…|\\*", inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn an_outline_is_parsed_as_it_is_printed(value in any_json()) {
            let written = text(&value);
            let read = Outline::parse(&written).unwrap();
            prop_assert_eq!(read.text(&|name| Cow::Owned(name.to_owned())), written);
        }

        #[test]
        fn a_body_does_not_differ_from_itself(value in any_json()) {
            prop_assert!(drift(&value, &value).is_empty());
        }

        #[test]
        fn the_order_of_elements_and_members_is_ignored(mut items in prop::collection::vec(any_json(), 0..5)) {
            let forward = text(&Value::from(items.clone()));
            items.reverse();
            prop_assert_eq!(forward, text(&Value::from(items)));
        }

        #[test]
        fn swapping_the_sides_swaps_the_differences(one in any_json(), other in any_json()) {
            let (one, other) = (text(&one), text(&other));
            let (one, other) = (Outline::parse(&one).unwrap(), Outline::parse(&other).unwrap());
            let swapped: Vec<Difference> = differences(&other, &one)
                .into_iter()
                .map(|found| Difference { old: found.new, new: found.old, ..found })
                .collect();
            let mut found = differences(&one, &other);
            found.sort();
            let mut swapped = swapped;
            swapped.sort();
            prop_assert_eq!(found, swapped);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[\\[\\]{}*?:,|…\"a-z]{0,40}") {
            let _ = Outline::parse(&text);
        }
    }
}
