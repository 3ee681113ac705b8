//! Takes credentials out of calls: what is left has places for them, and nothing that is secret.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::import::name::Names;
use crate::import::traffic::body::{Body, PartContent};
use crate::import::traffic::credential::{
    Credential, is_changing_field, is_credential_field, is_secret, is_secret_name, is_secret_value,
    named_by_member,
};
use crate::import::traffic::group::Item;
use crate::import::traffic::identity::{Identity, PLACEHOLDERS, Parts, Sends, identifying, parts};
use crate::import::traffic::marked::{self, Filling, Piece};
use crate::import::traffic::value::{Fixtures, Origin};
use crate::redact::credentials::{masked, shaped, spots};

/// Credentials that were found, and where they come from in the suite.
#[derive(Debug, Default)]
pub(crate) struct Vault {
    /// The identities.
    pub(crate) identities: Vec<Identity>,
    /// Every secret text, with the number of the value that replaces it, if there is one.
    secrets: Vec<(String, Option<usize>)>,
    names: Names,
    /// The variables of header fields, by what they stand for.
    fields: BTreeMap<(String, String), String>,
    /// The name of the suite, for names of variables.
    suite: String,
}

impl Vault {
    /// A vault of a suite.
    pub(crate) fn new(suite: &str) -> Vault {
        Vault {
            suite: suite.to_owned(),
            ..Vault::default()
        }
    }

    /// Every secret text that was found.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().map(|(text, _)| text.as_str())
    }

    /// Remembers a secret.
    pub(crate) fn keep(&mut self, text: &str, value: Option<usize>) {
        let text = text.trim();
        if text.is_empty() || marked::has_filling(text) {
            return;
        }
        match self.secrets.iter_mut().find(|(known, _)| known == text) {
            Some((_, known)) => *known = known.or(value),
            None => self.secrets.push((text.to_owned(), value)),
        }
    }

    /// Is a secret in the text?
    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.secrets()
            .any(|secret| text == secret || is_unlikely_by_chance(secret) && text.contains(secret))
    }

    /// Takes the credentials of a call. `values` are those of variables.
    pub(crate) fn take(
        &mut self,
        item: &mut Item,
        fixtures: &mut Fixtures,
        values: &BTreeMap<String, String>,
    ) {
        let mut taken: Vec<(String, String)> = Vec::new();
        let call = &mut item.call;
        call.headers.retain(|(name, value)| {
            if !is_credential_field(name) || is_free(value) {
                return true;
            }
            taken.push((name.clone(), value.clone()));
            false
        });
        if let Some(user_info) = item.user_info.take() {
            let (user, password) = user_info.split_once(':').unwrap_or((&user_info, ""));
            call.credential.get_or_insert(Credential::Basic {
                user: user.to_owned(),
                password: password.to_owned(),
            });
        }
        match call.credential.take() {
            Some(Credential::Bearer(token)) if is_free(&token) => {
                call.headers
                    .push(("Authorization".into(), format!("Bearer {token}")));
            }
            Some(Credential::Bearer(token)) => {
                taken.push(("Authorization".into(), format!("Bearer {token}")));
            }
            Some(Credential::Header(name, value)) if is_free(&value) => {
                call.headers.push((name, value));
            }
            Some(Credential::Header(name, value)) => taken.push((name, value)),
            Some(Credential::Basic { user, password }) => {
                taken.push((
                    "Authorization".into(),
                    format!("\u{0}{user}\u{0}{password}"),
                ));
            }
            None => {}
        }
        for (_, text) in &taken {
            self.keep_variables(text, values);
        }
        if call.identity.is_some() || !taken.is_empty() {
            item.identity = Some(self.identity(call.identity.as_deref(), &taken, fixtures));
        }
        for (name, value) in &mut call.headers {
            if is_changing_field(name) && !is_free(value) && !PLACEHOLDERS.contains(&value.as_str())
            {
                *value = self.secret(name, value, fixtures);
            }
        }
        for (name, value) in &mut item.query {
            let is_given = call.secret_parameters.iter().any(|given| given == name);
            if is_given {
                self.keep_variables(value, values);
            }
            self.take_text(name, value, is_given, fixtures);
        }
        item.path = self.spotted(&item.path, fixtures);
        if let Some(query) = &mut item.raw_query {
            *query = self.spotted(query, fixtures);
        }
        for (_, value) in &mut call.headers {
            *value = self.spotted(value, fixtures);
        }
        self.take_body(&mut item.call.body, fixtures);
    }

    fn take_body(&mut self, body: &mut Body, fixtures: &mut Fixtures) {
        match body {
            Body::None => {}
            Body::Text(text) => *text = self.spotted(text, fixtures),
            Body::Bytes(bytes) => mask_bytes(bytes),
            Body::Json(value) => self.take_json("", value, fixtures),
            Body::Form(fields) => {
                for (name, value) in fields {
                    self.take_text(name, value, false, fixtures);
                }
            }
            Body::Multipart(parts) => {
                for part in parts {
                    match &mut part.content {
                        PartContent::Text(text) => {
                            self.take_text(&part.name, text, false, fixtures);
                        }
                        PartContent::Bytes(bytes) if is_secret_name(&part.name) => {
                            *bytes = shaped(bytes);
                        }
                        PartContent::Bytes(bytes) => mask_bytes(bytes),
                    }
                    if let Some(name) = &mut part.filename {
                        *name = self.spotted(name, fixtures);
                    }
                }
            }
        }
    }

    /// Keeps the values of variables in a text that is a secret.
    fn keep_variables(&mut self, text: &str, values: &BTreeMap<String, String>) {
        for piece in marked::pieces(text) {
            if let Piece::Filled(Filling::Variable(name)) = piece
                && let Some(value) = values.get(&name)
            {
                self.keep(value, None);
            }
        }
    }

    /// Takes a value that has a name, or the secrets in it.
    fn take_text(
        &mut self,
        name: &str,
        text: &mut String,
        is_given: bool,
        fixtures: &mut Fixtures,
    ) {
        if !text.is_empty() && !is_free(text) && (is_given || is_secret(name, text)) {
            *text = self.secret(name, text, fixtures);
        } else {
            *text = self.spotted(text, fixtures);
        }
    }

    /// The text with places for everything in it that is named like a credential.
    pub(crate) fn spotted(&mut self, text: &str, fixtures: &mut Fixtures) -> String {
        let mut out = String::new();
        let mut last = 0;
        for spot in spots(text.as_bytes()) {
            let range = whole(text, &spot.range);
            // What is before has its place already.
            let start = range.start.max(last);
            let Some(value) = text
                .get(start..range.end)
                .filter(|rest| spot.range.is_empty() || !rest.is_empty())
            else {
                continue;
            };
            out.push_str(text.get(last..start).unwrap_or_default());
            out.push_str(&self.secret(&spot.name, value, fixtures));
            if let Some(decoded) = crate::import::traffic::body::decoded(value, false)
                && decoded != value
            {
                self.keep(&decoded, None);
            }
            last = range.end;
        }
        out.push_str(text.get(last..).unwrap_or_default());
        out
    }

    /// Takes the secrets of a JSON value that has this name.
    pub(crate) fn take_json(
        &mut self,
        name: &str,
        value: &mut serde_json::Value,
        fixtures: &mut Fixtures,
    ) {
        use serde_json::Value;
        match value {
            Value::String(text) => self.take_text(name, text, false, fixtures),
            Value::Number(number) if is_secret(name, &number.to_string()) => {
                let place = self.secret(name, &number.to_string(), fixtures);
                // A number stays one; the variable of the environment is a text.
                let place = format!("{}{place}", marked::NUMBER);
                *value = Value::String(place);
            }
            Value::Array(items) => {
                for item in items {
                    self.take_json(name, item, fixtures);
                }
            }
            Value::Object(members) => {
                // Everything below such a name, and `{"name": "password", "value": ...}`.
                let outer = Some(name.to_owned()).filter(|name| is_secret_name(name));
                let pair = named_by_member(members);
                for (name, member) in members.iter_mut() {
                    let is_value = ["value", "content"]
                        .iter()
                        .any(|one| one.eq_ignore_ascii_case(name));
                    let given = pair.as_ref().filter(|_| is_value).or(outer.as_ref());
                    self.take_json(given.unwrap_or(name), member, fixtures);
                }
            }
            _ => {}
        }
    }

    /// The place for a secret. A variable of the source is one.
    pub(crate) fn secret(&mut self, name: &str, text: &str, fixtures: &mut Fixtures) -> String {
        if marked::has_filling(text) {
            return text.to_owned();
        }
        let suite = self.suite.clone();
        let about = format!("a secret: {}", super::header::shown_name(name));
        let key = format!("secret {text}");
        let number = fixtures.give(key, name, about, |fixtures| {
            Origin::Secret(fixtures.variable(&suite, name))
        });
        self.keep(text, Some(number));
        marked::filled(&Filling::Value(number))
    }

    /// Makes a fixture of a secret that has none.
    pub(crate) fn place(&mut self, text: &str, fixtures: &mut Fixtures) {
        let mut known = self.secrets.iter();
        if known.any(|(secret, number)| secret == text.trim() && number.is_none()) {
            self.secret("secret", text, fixtures);
        }
    }

    /// The identity that sends these fields.
    fn identity(
        &mut self,
        given: Option<&str>,
        taken: &[(String, String)],
        fixtures: &mut Fixtures,
    ) -> usize {
        let key: Vec<(String, String)> = match given {
            Some(name) => vec![(String::new(), name.to_owned())],
            None => taken
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), identifying(name, value)))
                .collect(),
        };
        if let Some(number) = self.identities.iter().position(|one| one.key == key) {
            for (name, value) in taken {
                self.keep_parts(name, value);
            }
            return number;
        }
        let wanted = given.map_or("caller", |name| name.rsplit('.').next().unwrap_or(name));
        let name = self
            .names
            .give(crate::import::name::kebab(wanted, "caller"));
        let number = self.identities.len();
        let mut sends = Vec::new();
        let none = [("Authorization".to_owned(), "Bearer ".to_owned())];
        let taken = if taken.is_empty() { &none[..] } else { taken };
        for (field, value) in taken {
            self.keep_parts(field, value);
            sends.push(self.sends(field, value, fixtures));
        }
        self.identities.push(Identity { name, key, sends });
        number
    }

    /// What an identity sends as a field. The same secret comes from the same variable.
    fn sends(&mut self, field: &str, value: &str, fixtures: &mut Fixtures) -> Sends {
        let suite = self.suite.clone();
        let mut fields = std::mem::take(&mut self.fields);
        let mut variable = |what: &str, text: &str| {
            let is_known = !PLACEHOLDERS.contains(&text) && !marked::has_filling(text);
            let key = (what.to_ascii_lowercase(), text.to_owned());
            if let Some(known) = fields.get(&key).filter(|_| is_known) {
                return known.clone();
            }
            let variable = fixtures.variable(&suite, what);
            fields.insert(key, variable.clone());
            variable
        };
        let sends = match parts(field, value) {
            Parts::Bearer(token) => Sends::Bearer(variable("token", &token)),
            Parts::Basic(user, password) => {
                let both = format!("{user}:{password}");
                Sends::Basic(variable("user", &both), variable("password", &both))
            }
            Parts::Scheme(scheme, rest) => Sends::Field(
                field.to_owned(),
                format!("{scheme} "),
                variable("credentials", &rest),
            ),
            Parts::Field(value) => {
                let text = identifying(field, &value);
                Sends::Field(field.to_owned(), String::new(), variable(field, &text))
            }
        };
        self.fields = fields;
        sends
    }

    fn keep_parts(&mut self, field: &str, value: &str) {
        match parts(field, value) {
            Parts::Bearer(token) => self.keep(&token, None),
            Parts::Basic(user, password) => {
                // A short user name is a word, not a secret.
                if is_unlikely_by_chance(&user) {
                    self.keep(&user, None);
                }
                self.keep(&password, None);
                self.keep(&format!("{user}:{password}"), None);
                if let Some(encoded) = value.strip_prefix("Basic ") {
                    self.keep(encoded, None);
                }
            }
            Parts::Scheme(_, rest) => {
                self.keep(&rest, None);
                let values = rest.split([',', ' ', ';', '"', '=']);
                values
                    .filter(|part| part.len() >= 16)
                    .for_each(|part| self.keep(part, None));
            }
            Parts::Field(value) if field.eq_ignore_ascii_case("cookie") => {
                self.keep(&value, None);
                for pair in value.split(';') {
                    if let Some((_, value)) = pair.split_once('=')
                        && is_unlikely_by_chance(value)
                    {
                        self.keep(value.trim_matches('"'), None);
                    }
                }
            }
            Parts::Field(value) => self.keep(&value, None),
        }
    }

    /// Takes secrets out of what a person wrote: a title or a comment. Short ones go where they are words of their own.
    pub(crate) fn hide_words(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for spot in spots(text.clone().as_bytes()).into_iter().rev() {
            let range = whole(&text, &spot.range);
            if !marked::has_filling(&text[range.clone()]) {
                text.replace_range(range, "x");
            }
        }
        for secret in self.secrets().filter(|secret| secret.len() >= 4) {
            let mut from = 0;
            while let Some(at) = text[from..].find(secret).map(|at| from + at) {
                let end = at + secret.len();
                let is_in_word = text[..at].ends_with(char::is_alphanumeric)
                    || text[end..].starts_with(char::is_alphanumeric);
                if is_in_word && !is_unlikely_by_chance(secret) {
                    from = end;
                } else {
                    text.replace_range(at..end, "x");
                    from = at + 1;
                }
            }
        }
        self.hide(&text)
    }

    /// Replaces secrets in a text by places.
    pub(crate) fn hide(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (secret, number) in &self.secrets {
            let is_here =
                text == *secret || is_unlikely_by_chance(secret) && text.contains(secret.as_str());
            if is_here {
                let place = match number {
                    Some(number) => marked::filled(&Filling::Value(*number)),
                    None => "secret".to_owned(),
                };
                text = text.replace(secret.as_str(), &place);
            }
        }
        if is_secret_value(&text) {
            "secret".to_owned()
        } else {
            text
        }
    }
}

/// The range with all of the characters that it begins or ends in: nothing of a secret stays because of its place.
fn whole(text: &str, range: &Range<usize>) -> Range<usize> {
    let end = text.ceil_char_boundary(range.end.min(text.len()));
    text.floor_char_boundary(range.start.min(end))..end
}

/// Other letters and digits in what is named like a credential: it is no text that could have a place.
fn mask_bytes(bytes: &mut Vec<u8>) {
    if let Some(masked) = masked(bytes) {
        *bytes = masked;
    }
}

/// Is the text hardly a part of another one by chance?
pub(crate) fn is_unlikely_by_chance(text: &str) -> bool {
    crate::redact::is_unlikely_by_chance(text)
}

/// Is the text made of what a run fills in, or of a variable? Then nothing in it is a secret of the source.
fn is_free(text: &str) -> bool {
    let mut pieces = marked::pieces(text).into_iter();
    pieces.any(|piece| {
        let is_made = |filling: &Filling| !matches!(filling, Filling::Variable(_));
        matches!(piece, Piece::Filled(filling) if is_made(&filling))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_within_characters_is_that_of_all_of_them() {
        let text = "a\u{e9}b\u{1f600}";
        for (range, expected) in [
            (0..1, 0..1),
            (2..4, 1..4),
            (1..2, 1..3),
            (5..6, 4..8),
            (3..99, 3..8),
            (9..99, 8..8),
        ] {
            assert_eq!(whole(text, &range), expected, "{range:?}");
        }
    }
}
