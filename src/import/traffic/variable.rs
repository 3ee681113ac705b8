//! Variables of a source: their values, and the fixtures that they become.

use std::collections::BTreeMap;

use crate::import::traffic::call::Traffic;
use crate::import::traffic::group::Item;
use crate::import::traffic::header;
use crate::import::traffic::marked::{self, Filling, Piece};
use crate::import::traffic::value::{Fixtures, Origin};
use crate::import::traffic::vault::Vault;
use crate::model::{Diagnostic, Span};

/// Longest value of a variable once the variables in it have their values, in bytes.
const LONGEST: usize = 16 << 10;

/// Most bytes of all of them.
const ALL_VALUES: usize = 32 << 20;

/// Most values that are inside each other.
const VALUE_DEPTH: usize = 6;

/// The values of variables, without variables in them.
pub(crate) fn values(traffic: &Traffic, found: &mut Vec<Diagnostic>) -> BTreeMap<String, String> {
    let mut written: BTreeMap<&str, (&str, Option<Span>)> = BTreeMap::new();
    for variable in &traffic.variables {
        if let Some(value) = &variable.value {
            written
                .entry(&variable.name)
                .or_insert((value, variable.span));
        }
    }
    let plain: BTreeMap<&str, &str> = written
        .iter()
        .map(|(name, (value, _))| (*name, *value))
        .collect();
    let mut values = BTreeMap::new();
    let mut left = ALL_VALUES;
    for (name, (value, span)) in &written {
        if !marked::has_filling(value) {
            values.insert((*name).to_owned(), (*value).to_owned());
            continue;
        }
        let mut full = String::new();
        let mut budget = left.min(LONGEST);
        let problem = match expand(value, &plain, VALUE_DEPTH, &mut budget, &mut full) {
            Ok(()) => {
                left = left.saturating_sub(full.len());
                if !marked::has_filling(&full) {
                    values.insert((*name).to_owned(), full);
                }
                continue;
            }
            Err(Expansion::TooDeep) => {
                format!("variables in variables in variables: more than {VALUE_DEPTH} deep")
            }
            Err(Expansion::TooLong) => {
                format!("the value is too long: its variables make over {LONGEST} bytes of it")
            }
        };
        let at = span.map(|span| Span {
            end: span.start,
            ..span
        });
        let diagnostic = match at {
            Some(at) => Diagnostic::error("import/variable", at, problem),
            None => Diagnostic::error_without_place("import/variable", problem),
        };
        found.push(
            diagnostic
                .as_warning()
                .help("the value is left out: write it into the target file, as that of a fixture"),
        );
    }
    values
}

/// Why a value has no end.
enum Expansion {
    TooDeep,
    TooLong,
}

/// Adds a text with the values of its variables, as far as they are known, to `out`. Each byte and each variable takes one
/// from the budget.
fn expand(
    text: &str,
    values: &BTreeMap<&str, &str>,
    depth: usize,
    budget: &mut usize,
    out: &mut String,
) -> Result<(), Expansion> {
    for piece in marked::pieces(text) {
        let before = out.len();
        match piece {
            Piece::Literal(text) => out.push_str(&text),
            Piece::Filled(filling) => {
                let value = match &filling {
                    Filling::Variable(name) => values.get(name.as_str()),
                    _ => None,
                };
                match value {
                    Some(_) if depth == 0 => return Err(Expansion::TooDeep),
                    Some(value) => {
                        *budget = budget.checked_sub(1).ok_or(Expansion::TooLong)?;
                        expand(value, values, depth - 1, budget, out)?;
                        continue;
                    }
                    None => out.push_str(&marked::filled(&filling)),
                }
            }
        }
        let added = out.len() - before;
        *budget = budget.checked_sub(added).ok_or(Expansion::TooLong)?;
    }
    Ok(())
}

/// A text with the values of variables, which have no variables in them.
pub(crate) fn expanded(text: &str, values: &BTreeMap<String, String>) -> String {
    if !marked::has_filling(text) {
        return text.to_owned();
    }
    let mut out = String::new();
    for piece in marked::pieces(text) {
        match piece {
            Piece::Literal(text) => out.push_str(&text),
            Piece::Filled(filling) => match &filling {
                Filling::Variable(name) if values.contains_key(name) => {
                    out.push_str(&values[name]);
                }
                other => out.push_str(&marked::filled(other)),
            },
        }
        if out.len() > LONGEST {
            // No origin: the address is left as it is.
            return text.to_owned();
        }
    }
    out
}

/// Makes fixtures of variables that no call captures.
pub(crate) fn resolve(
    items: &mut [Item],
    values: &BTreeMap<String, String>,
    vault: &mut Vault,
    fixtures: &mut Fixtures,
    suite: &str,
) {
    for item in items {
        let mut made: Vec<(String, String)> = Vec::new();
        item.each_text(&mut |text| {
            marked::map(text, &mut |filling| {
                let Filling::Variable(name) = &filling else {
                    return marked::filled(&filling);
                };
                let value = values.get(name).map(String::as_str);
                let is_secret = super::credential::is_secret(name, value.unwrap_or("x"))
                    || value.is_some_and(|value| vault.is_in(value));
                let about = format!("the variable {} of the source", header::shown_name(name));
                let number =
                    fixtures.give(
                        format!("variable {name}"),
                        name,
                        about,
                        |fixtures| match value {
                            _ if is_secret => Origin::Secret(fixtures.variable(suite, name)),
                            Some(value) => Origin::Known(value.into()),
                            None => Origin::Missing,
                        },
                    );
                let place = marked::filled(&Filling::Value(number));
                if let Some(value) = value {
                    if is_secret {
                        vault.keep(value, Some(number));
                    }
                    if !made.iter().any(|(known, _)| known == value) {
                        made.push((value.to_owned(), place.clone()));
                    }
                }
                place
            })
        });
        item.known.append(&mut made);
    }
}
