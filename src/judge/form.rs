//! A pattern with every template filled in: what a response is compared with.

use std::borrow::Cow;

use serde_json::Value;

use crate::judge::limit;
use crate::judge::mismatch::{Mismatch, type_of};
use crate::model::{
    Argument, Draft, Limit, Marker, MarkerKind, Pattern, Scope, Shape, Span, Template,
};
use crate::text::excerpt::short_json;

/// A pattern, filled in. Made once for each check, before any element is checked.
#[derive(Clone, Debug)]
pub(super) struct Form<'p> {
    pub(super) accepts: Accepts<'p>,
    /// Where the pattern is written.
    pub(super) span: Span,
}

/// What a form accepts; see [`Shape`].
#[derive(Clone, Debug)]
pub(super) enum Accepts<'p> {
    Value(Cow<'p, Value>),
    Object(Vec<(&'p str, Form<'p>)>),
    Array(Vec<Form<'p>>),
    Unordered(Vec<Form<'p>>),
    Contains(Vec<Form<'p>>),
    Each(Box<Form<'p>>, OrNone),
    Optional(Box<Form<'p>>),
    Not(Box<Form<'p>>),
    /// A marker whose argument is filled in.
    Marker(Cow<'p, Marker>),
}

/// May the array be empty?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OrNone {
    Yes,
    No,
}

impl<'p> Form<'p> {
    /// Fills in a pattern.
    ///
    /// # Errors
    ///
    /// A placeholder without a value; the loader and the plan prevent this.
    pub(super) fn of(pattern: &'p Pattern, scope: Scope<'_>) -> Result<Form<'p>, Box<Mismatch>> {
        let list = |patterns: &'p [Pattern]| -> Result<Vec<Form<'p>>, Box<Mismatch>> {
            patterns
                .iter()
                .map(|pattern| Form::of(pattern, scope))
                .collect()
        };
        let accepts = match &*pattern.shape {
            Shape::Value(draft) => Accepts::Value(fill(draft, scope, pattern.span)?),
            Shape::Object(members) => Accepts::Object(
                members
                    .iter()
                    .map(|(name, member)| Ok((name.as_str(), Form::of(member, scope)?)))
                    .collect::<Result<_, Box<Mismatch>>>()?,
            ),
            Shape::Array(items) => Accepts::Array(list(items)?),
            Shape::Unordered(items) => Accepts::Unordered(list(items)?),
            Shape::Contains(items) => Accepts::Contains(list(items)?),
            Shape::Each { pattern, or_none } => {
                let or_none = if *or_none { OrNone::Yes } else { OrNone::No };
                Accepts::Each(Box::new(Form::of(pattern, scope)?), or_none)
            }
            Shape::Optional(inner) => Accepts::Optional(Box::new(Form::of(inner, scope)?)),
            Shape::Marker(marker) => match &marker.argument {
                Argument::Pattern(inner) => Accepts::Not(Box::new(Form::of(inner, scope)?)),
                Argument::Text(template) if template.as_literal().is_none() => {
                    let text = fill_text(template, scope, pattern.span)?;
                    Accepts::Marker(Cow::Owned(Marker {
                        kind: marker.kind,
                        argument: Argument::Text(Box::new(Template::literal(text, pattern.span))),
                    }))
                }
                Argument::Limit(filled) if !is_filled(filled) => {
                    let filled = limit::fill(filled, scope, pattern.span)?;
                    Accepts::Marker(Cow::Owned(Marker {
                        kind: marker.kind,
                        argument: Argument::Limit(Box::new(filled)),
                    }))
                }
                _ => Accepts::Marker(Cow::Borrowed(marker)),
            },
        };
        Ok(Form {
            accepts,
            span: pattern.span,
        })
    }

    /// A form that accepts one value.
    pub(super) fn value(value: Cow<'p, Value>, span: Span) -> Form<'p> {
        Form {
            accepts: Accepts::Value(value),
            span,
        }
    }

    /// May a member of this form be missing?
    pub(super) fn may_be_missing(&self) -> bool {
        match &self.accepts {
            Accepts::Optional(_) => true,
            Accepts::Marker(marker) => marker.kind == MarkerKind::Absent,
            _ => false,
        }
    }

    /// How many scalars the form names: what a whole mismatch weighs when two candidates are compared.
    pub(super) fn weight(&self) -> usize {
        let all = |forms: &[Form<'_>]| forms.iter().map(Form::weight).sum::<usize>() + 1;
        match &self.accepts {
            Accepts::Value(value) => weight(value),
            Accepts::Object(members) => {
                members.iter().map(|(_, form)| form.weight()).sum::<usize>() + 1
            }
            Accepts::Array(forms) | Accepts::Unordered(forms) | Accepts::Contains(forms) => {
                all(forms)
            }
            Accepts::Each(form, _) | Accepts::Optional(form) | Accepts::Not(form) => {
                form.weight() + 1
            }
            Accepts::Marker(_) => 1,
        }
    }

    /// The form in words, for a message or as `expected`: `a string`, `3 (integer)`.
    pub(super) fn describe(&self) -> String {
        match &self.accepts {
            Accepts::Value(value) => crate::judge::mismatch::shown(value),
            Accepts::Object(_) => "an object".to_owned(),
            Accepts::Array(items) | Accepts::Unordered(items) => {
                format!("an array of {}", items.len())
            }
            Accepts::Contains(items) => format!("an array of at least {}", items.len()),
            Accepts::Each(..) => "an array".to_owned(),
            Accepts::Optional(inner) => inner.describe(),
            Accepts::Not(inner) => format!("anything but {}", inner.describe()),
            Accepts::Marker(marker) => marker.describe(),
        }
    }

    /// The form on one line, as in the case file: `{"id":<string>}`.
    pub(super) fn render(&self) -> String {
        let list = |forms: &[Form<'_>]| {
            let forms: Vec<String> = forms.iter().map(Form::render).collect();
            format!("[{}]", forms.join(","))
        };
        match &self.accepts {
            Accepts::Value(value) => value.to_string(),
            Accepts::Object(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, form)| format!("{}:{}", Value::from(*name), form.render()))
                    .collect();
                format!("{{{}}}", members.join(","))
            }
            Accepts::Array(forms) => list(forms),
            Accepts::Unordered(forms) => format!("<unordered> {}", list(forms)),
            Accepts::Contains(forms) => format!("<contains> {}", list(forms)),
            Accepts::Each(form, OrNone::No) => format!("<each> {}", form.render()),
            Accepts::Each(form, OrNone::Yes) => format!("<each?> {}", form.render()),
            Accepts::Optional(form) => format!("<optional> {}", form.render()),
            Accepts::Not(form) => format!("<not {}>", strip(&form.render())),
            Accepts::Marker(marker) => marker.to_string(),
        }
    }

    /// The JSON type that a value must have to come near; `None` where several may.
    pub(super) fn type_name(&self) -> Option<&'static str> {
        match &self.accepts {
            Accepts::Value(value) => Some(type_of(value)),
            Accepts::Object(_) => Some("object"),
            Accepts::Array(_)
            | Accepts::Unordered(_)
            | Accepts::Contains(_)
            | Accepts::Each(..) => Some("array"),
            Accepts::Optional(inner) => inner.type_name(),
            Accepts::Not(_) => None,
            Accepts::Marker(marker) => marker.kind.row().json_type(),
        }
    }
}

/// How many scalars and containers a value holds.
pub(super) fn weight(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(weight).sum::<usize>() + 1,
        Value::Object(members) => members.values().map(weight).sum::<usize>() + 1,
        _ => 1,
    }
}

/// A draft, filled in; nothing is copied without a placeholder.
pub(super) fn fill<'d>(
    draft: &'d Draft,
    scope: Scope<'_>,
    span: Span,
) -> Result<Cow<'d, Value>, Box<Mismatch>> {
    match draft {
        Draft::Literal(value) => Ok(Cow::Borrowed(value)),
        draft => match draft.resolve(scope) {
            Ok(value) => Ok(Cow::Owned(value)),
            Err(unresolved) => Err(Box::new(Mismatch::unresolved(span, &unresolved))),
        },
    }
}

/// A template, filled in as text.
pub(super) fn fill_text(
    template: &Template,
    scope: Scope<'_>,
    span: Span,
) -> Result<String, Box<Mismatch>> {
    template
        .render(scope)
        .map_err(|unresolved| Box::new(Mismatch::unresolved(span, &unresolved)))
}

/// Has no bound of the limit a hole?
fn is_filled(limit: &Limit) -> bool {
    let bounds = limit.bounds();
    bounds
        .iter()
        .all(|bound| bound.path.is_some() || bound.text().is_some())
}

fn strip(text: &str) -> &str {
    text.strip_prefix('<')
        .and_then(|text| text.strip_suffix('>'))
        .unwrap_or(text)
}

/// A list of forms on one line, shortened.
pub(super) fn short_list(forms: &[Form<'_>]) -> String {
    let mut text = String::from("[");
    for (index, form) in forms.iter().enumerate() {
        if text.len() > 200 {
            return text + ", …]";
        }
        text.push_str(if index == 0 { "" } else { "," });
        text.push_str(&short_form(form, 60));
    }
    text + "]"
}

/// A form on one line, shortened.
pub(super) fn short_form(form: &Form<'_>, limit: usize) -> String {
    match &form.accepts {
        Accepts::Value(value) => short_json(value, limit),
        _ => crate::text::excerpt::short_text(&form.render(), limit),
    }
}
