//! Random values of a schema.

use serde_json::{Map, Value, json};

use crate::generate::candidate::number;
use crate::generate::place::SchemaPlace;
use crate::generate::split_mix::SplitMix;

/// How deep values are made.
const DEPTH: usize = 8;

/// How many schemas are looked at for one value: one that contains itself several times has more places than that.
pub(crate) const MOST_SCHEMAS: usize = 5000;

/// Texts that services trip over, as far as a schema allows them.
const TEXTS: [&str; 16] = [
    "Probity",
    "a",
    "A b",
    "0",
    "null",
    "true",
    "\u{dc}n\u{ef}c\u{f6}d\u{e9}",
    "\u{65e5}\u{672c}\u{8a9e}",
    "\u{1f600}",
    "e\u{301}",
    "O'Brien \"q\" \\ / %41",
    "<b>&amp;</b>",
    "a\tb",
    "  space  ",
    "-1",
    "'; --",
];

/// Texts that are tried where a schema has a regular expression or a format.
pub(crate) const OF_PATTERNS: [&str; 16] = [
    "a",
    "A",
    "1",
    "abc",
    "ABC",
    "123",
    "a1",
    "abc-def",
    "abcdef",
    "123456",
    "2026-01-31",
    "12:00",
    "#a1b2c3",
    "v1.0.0",
    "00000000",
    "0123456789abcdef0123456789abcdef",
];

/// A random value that the schema probably accepts: the compiled schema decides. Parts of `like`, a legal value, are kept.
pub fn random_value(
    schema: SchemaPlace<'_>,
    like: Option<&Value>,
    random: &mut SplitMix,
) -> Option<Value> {
    let mut maker = Maker {
        random,
        is_plain: false,
        left: &mut { MOST_SCHEMAS },
    };
    maker.make(schema, like, DEPTH)
}

/// The plainest value: no optional members, no surprises. `left` is how many more schemas are looked at.
pub(crate) fn plain_value(schema: SchemaPlace<'_>, left: &mut usize) -> Option<Value> {
    let mut maker = Maker {
        random: &mut SplitMix::new(0),
        is_plain: true,
        left,
    };
    maker.make(schema, None, DEPTH)
}

/// Makes one value.
struct Maker<'r> {
    random: &'r mut SplitMix,
    is_plain: bool,
    /// How many more schemas are looked at.
    left: &'r mut usize,
}

impl Maker<'_> {
    /// Is there room for one more value? Then it is taken.
    fn takes_one(&mut self) -> bool {
        let left = self.left.checked_sub(1);
        *self.left = left.unwrap_or(0);
        left.is_some()
    }

    /// A number below `limit`; 0 for a plain value.
    fn below(&mut self, limit: usize) -> usize {
        if self.is_plain {
            0
        } else {
            self.random.below(limit)
        }
    }

    fn make(
        &mut self,
        schema: SchemaPlace<'_>,
        like: Option<&Value>,
        depth: usize,
    ) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        if !self.takes_one() {
            return None;
        }
        if *schema.schema == Value::Bool(true) {
            return Some(json!("Probity"));
        }
        let (schema, keywords) = schema.keywords()?;
        if !self.is_plain
            && self.random.one_in(3)
            && let Some(like) = like.filter(|like| !like.is_object())
        {
            return Some(like.clone());
        }
        if let Some(value) = keywords.get("const") {
            return Some(value.clone());
        }
        if let Some(listed) = keywords.get("enum").and_then(Value::as_array) {
            return if self.is_plain {
                listed.iter().find(|one| !one.is_null()).cloned()
            } else {
                self.random.pick(listed).cloned()
            };
        }
        for name in ["oneOf", "anyOf"] {
            let Some(parts) = keywords.get(name).and_then(Value::as_array) else {
                continue;
            };
            let start = self.below(parts.len());
            let mut turned = parts.iter().cycle().skip(start).take(parts.len());
            let made = turned.find_map(|part| self.make(schema.at(part), like, depth))?;
            return Some(self.with_own(schema, keywords, made, like, depth));
        }
        if let Some(parts) = keywords.get("allOf").and_then(Value::as_array) {
            let mut object = Map::new();
            for part in parts {
                match self.make(schema.at(part), like, depth) {
                    Some(Value::Object(members)) => object.extend(members),
                    Some(other) if object.is_empty() => return Some(other),
                    _ => {}
                }
            }
            let object = Value::Object(object);
            return Some(self.with_own(schema, keywords, object, like, depth));
        }
        match self.kind(keywords) {
            "object" => Some(self.object(schema, keywords, like, depth).into()),
            "array" => self.array(schema, keywords, like, depth),
            "integer" => self.number(keywords, true),
            "number" => self.number(keywords, false),
            "boolean" => Some((self.is_plain || self.random.one_in(2)).into()),
            "null" => Some(Value::Null),
            _ => self.text(keywords),
        }
    }

    /// An object of an alternative with the members that the schema itself describes.
    fn with_own(
        &mut self,
        schema: SchemaPlace<'_>,
        keywords: &Map<String, Value>,
        made: Value,
        like: Option<&Value>,
        depth: usize,
    ) -> Value {
        match made {
            Value::Object(members) if keywords.contains_key("properties") => {
                let mut all = self.object(schema, keywords, like, depth);
                all.extend(members);
                Value::Object(all)
            }
            other => other,
        }
    }

    /// The type of the value.
    fn kind<'k>(&mut self, keywords: &'k Map<String, Value>) -> &'k str {
        let named = match keywords.get("type") {
            Some(Value::String(name)) => Some(name.as_str()),
            Some(Value::Array(names)) => {
                let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
                let first = names.iter().find(|name| **name != "null");
                if self.is_plain {
                    first
                } else {
                    self.random.pick(&names)
                }
                .copied()
            }
            _ => None,
        };
        named.unwrap_or_else(|| {
            let has = |names: &[&str]| names.iter().any(|name| keywords.contains_key(*name));
            if has(&["properties", "required", "additionalProperties"]) {
                "object"
            } else if has(&["items", "minItems", "maxItems"]) {
                "array"
            } else if has(&["minimum", "maximum", "multipleOf"]) {
                "number"
            } else {
                "string"
            }
        })
    }

    fn object(
        &mut self,
        schema: SchemaPlace<'_>,
        keywords: &Map<String, Value>,
        like: Option<&Value>,
        depth: usize,
    ) -> Map<String, Value> {
        let mut made = Map::new();
        let like = like.and_then(Value::as_object);
        let required = keywords.get("required").and_then(Value::as_array);
        let required: Vec<&str> = required
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let properties = keywords.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let known = like.and_then(|like| like.get(name));
            let is_required = required.contains(&name.as_str());
            let is_read_only = property.get("readOnly") == Some(&Value::Bool(true));
            if !is_required && (self.is_plain || is_read_only || self.random.one_in(2)) {
                continue;
            }
            let value = self.make(schema.at(property), known, depth);
            if let Some(value) = value.or_else(|| known.cloned()) {
                made.insert(name.clone(), value);
            }
        }
        for name in required {
            if !made.contains_key(name) && self.takes_one() {
                let known = like.and_then(|like| like.get(name)).cloned();
                made.insert(name.to_owned(), known.unwrap_or_else(|| json!("Probity")));
            }
        }
        made
    }

    fn array(
        &mut self,
        schema: SchemaPlace<'_>,
        keywords: &Map<String, Value>,
        like: Option<&Value>,
        depth: usize,
    ) -> Option<Value> {
        let count = |name: &str, otherwise: u64| {
            let count = keywords.get(name).and_then(Value::as_u64);
            usize::try_from(count.unwrap_or(otherwise)).unwrap_or(usize::MAX)
        };
        let least = count("minItems", 0);
        let most = count("maxItems", 4).clamp(least, least.saturating_add(3));
        if least > 50 {
            return None;
        }
        let length = if self.is_plain {
            least.max(1).min(most.max(least))
        } else {
            least + self.random.below(most - least + 1)
        };
        let known = like.and_then(|like| like.get(0));
        let any = Value::Bool(true);
        let items = keywords.get("items").unwrap_or(&any);
        let made = (0..length).map(|_| self.make(schema.at(items), known, depth));
        made.collect::<Option<Vec<Value>>>().map(Value::Array)
    }

    fn number(&mut self, keywords: &Map<String, Value>, is_whole: bool) -> Option<Value> {
        let get = |name: &str| keywords.get(name).and_then(Value::as_f64);
        let step = get("multipleOf").filter(|step| *step > 0.0).unwrap_or(1.0);
        let least = get("minimum").or_else(|| get("exclusiveMinimum").map(|limit| limit + step));
        let most = get("maximum").or_else(|| get("exclusiveMaximum").map(|limit| limit - step));
        let (low, high) = match (least, most) {
            (Some(low), Some(high)) => (low, high),
            (Some(low), None) => (low, low.max(1000.0)),
            (None, Some(high)) => (high.min(-1000.0), high),
            (None, None) => (-1000.0, 1e9),
        };
        let inside = |value: f64| value >= low && value <= high;
        let chosen = if self.is_plain {
            [1.0, 0.0]
                .into_iter()
                .find(|value| inside(*value) && value % step == 0.0)
        } else {
            let share = f64::from(u32::try_from(self.random.draw() >> 40).unwrap_or(0))
                / f64::from(1 << 24);
            let between = low + (high - low) * share;
            let all = [low, high, between, 0.0, 1.0, -1.0, low + step, high - step];
            let all: Vec<f64> = all.into_iter().filter(|value| inside(*value)).collect();
            self.random.pick(&all).copied()
        };
        let chosen = chosen.unwrap_or(low);
        let rounded = if is_whole || (step - 1.0).abs() > f64::EPSILON {
            (chosen / step).round() * step
        } else {
            chosen
        };
        let rounded = if rounded < low {
            rounded + step
        } else {
            rounded
        };
        number(rounded).map(Value::Number)
    }

    fn text(&mut self, keywords: &Map<String, Value>) -> Option<Value> {
        let format = ["format", "x-format"]
            .iter()
            .find_map(|name| keywords.get(*name)?.as_str());
        if let Some(made) = format.and_then(of_format) {
            let at = self.below(made.len());
            return made.get(at).map(|text| json!(text));
        }
        if keywords.contains_key("pattern") {
            return Some(json!(OF_PATTERNS[self.below(OF_PATTERNS.len())]));
        }
        let count = |name: &str| {
            let count = keywords.get(name).and_then(Value::as_u64);
            count.and_then(|count| usize::try_from(count).ok())
        };
        let least = count("minLength").unwrap_or(0);
        let most = count("maxLength").unwrap_or(usize::MAX);
        if least > 4096 {
            return None;
        }
        let base = TEXTS[self.below(TEXTS.len())];
        // Now and then exactly as long as is allowed.
        let length = match self.random.below(6) {
            _ if self.is_plain => base.chars().count().clamp(least, most),
            0 => least,
            1 if most <= 2000 => most,
            2 => 300.clamp(least, most),
            _ => base.chars().count().clamp(least, most),
        };
        let made: String = base.chars().cycle().take(length).collect();
        Some(made.into())
    }
}

/// Values of a format, the plainest first.
pub(crate) fn of_format(format: &str) -> Option<&'static [&'static str]> {
    Some(match format {
        "date-time" => &[
            "2026-01-31T12:00:00Z",
            "2024-02-29T23:59:59.123Z",
            "1970-01-01T00:00:00+14:00",
        ],
        "date" => &["2026-01-31", "2024-02-29", "9999-12-31"],
        "time" => &["12:00:00Z", "23:59:59.5+01:00"],
        "duration" => &["PT1H", "P1Y2M3DT4H5M6S"],
        "uuid" => &[
            "00000000-0000-4000-8000-000000000001",
            "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF",
        ],
        "email" | "idn-email" => &["probity@example.com", "a.b+c@sub.example.com"],
        "uri" | "url" | "iri" => &["https://example.com/probity", "urn:probity:1"],
        "uri-reference" | "iri-reference" => &["/probity", "?a=b#c"],
        "hostname" | "idn-hostname" => &["example.com", "xn--bcher-kva.example"],
        "ipv4" => &["192.0.2.1", "255.255.255.255"],
        "ipv6" => &["2001:db8::1", "::"],
        "byte" => &["UHJvYml0eQ==", ""],
        _ => return None,
    })
}
