//! Checks on a body as bytes, and on its content coding.

use crate::load::format::{BytesFormat, EncodedFormat};
use crate::load::names::CaseReader;
use crate::load::node::{Kind, Node};
use crate::load::record::{Read, Record, Text, reject, unknown_key, wrong_type};
use crate::load::selection::count;
use crate::model::{
    BodyCheck, BytesCondition, CodingCondition, Diagnostic, MarkerPlace, Prefix, Span,
};

/// How many digits a SHA-256 digest has.
const SHA256_DIGITS: usize = 64;

/// Reads `bytes`.
pub(crate) fn read(reader: &mut CaseReader<'_>, format: &BytesFormat<'_>) -> Vec<BodyCheck> {
    let mut conditions: Vec<(BytesCondition, Span)> = Vec::new();
    if let Some(node) = format.length
        && let Some((min, max)) = count(reader, node)
    {
        conditions.push((BytesCondition::Length { min, max }, node.span));
    }
    if let Some(digest) = format.sha256 {
        let template = reader.template(digest.value, digest.span);
        if let Some(literal) = template.as_literal() {
            check_digest(literal, digest.span, reader.diagnostics);
        }
        conditions.push((BytesCondition::Sha256(template), digest.span));
    }
    if let Some(node) = format.starts_with
        && let Some(prefix) = prefix(reader, node)
    {
        conditions.push((BytesCondition::StartsWith(prefix), node.span));
    }
    let is_there = [format.length, format.starts_with]
        .iter()
        .any(Option::is_some);
    if !is_there && format.sha256.is_none() && !format.is_flawed() {
        let at = format.node().span;
        reader.diagnostics.push(
            Diagnostic::error("case/no-condition", at, "`bytes` has no condition")
                .help("add `length`, `sha256` or `starts-with`"),
        );
    }
    let conditions = conditions.into_iter();
    conditions
        .map(|(condition, span)| BodyCheck::Bytes { condition, span })
        .collect()
}

fn check_digest(text: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) {
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    let problem = if let Some(other) = digits.chars().find(|c| !c.is_ascii_hexdigit()) {
        format!("`{}` is no hexadecimal digit", other.escape_debug())
    } else if digits.len() != SHA256_DIGITS {
        format!(
            "{} hexadecimal digits, a SHA-256 digest has 64",
            digits.len()
        )
    } else {
        return;
    };
    diagnostics.push(
        Diagnostic::error("case/sha256", span, problem)
            .help("write the output of `sha256sum FILE`, without the file name"),
    );
}

/// Text, or `{ hex: "89 50 4e 47" }`.
fn prefix(reader: &mut CaseReader<'_>, node: &Node) -> Option<Prefix> {
    match &node.kind {
        Kind::Text(text) if text.is_empty() => {
            let diagnostic = Diagnostic::error("case/bytes", node.span, "empty beginning");
            let diagnostic = diagnostic.label("every body starts with it");
            reader.diagnostics.push(diagnostic.help(HELP_OF_PREFIX));
            None
        }
        Kind::Text(text) => Some(Prefix::Text(reader.template(text, node.span))),
        Kind::Object(entries) => match entries.as_slice() {
            [(key, value)] if key.text == "hex" => {
                let text = Text::read(value, reader.diagnostics)?;
                hex(text, reader.diagnostics).map(Prefix::Bytes)
            }
            _ => {
                let unknown = entries.iter().find(|(key, _)| key.text != "hex");
                reader.diagnostics.push(match unknown {
                    Some((key, _)) => unknown_key(key, "a beginning", &["hex"]),
                    None => wrong_type(node, "text or `{ hex: ... }`").help(HELP_OF_PREFIX),
                });
                None
            }
        },
        _ => {
            reject(node, reader.diagnostics, || {
                wrong_type(node, "text or `{ hex: ... }`").help(HELP_OF_PREFIX)
            });
            None
        }
    }
}

const HELP_OF_PREFIX: &str = "write the first bytes as text (`starts-with: \"%PDF-\"`) or in digits (`{ hex: \"89 50 4e 47\" }`)";

/// Bytes of two digits each, with or without spaces between them.
fn hex(text: Text<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<u8>> {
    let digits: Vec<char> = text.value.chars().filter(|c| *c != ' ').collect();
    let bad = digits.iter().find(|c| !c.is_ascii_hexdigit());
    let problem = match bad {
        Some(bad) => format!("`{}` is no hexadecimal digit", bad.escape_debug()),
        None if digits.is_empty() => "no bytes: every body starts with them".to_owned(),
        None if digits.len() % 2 == 1 => format!("an odd number of digits ({})", digits.len()),
        None => {
            let value = |digit: &char| {
                digit
                    .to_digit(16)
                    .and_then(|value| u8::try_from(value).ok())
            };
            let (pairs, _) = digits.as_chunks::<2>();
            let bytes = pairs
                .iter()
                .map(|[high, low]| Some(value(high)? << 4 | value(low)?));
            return bytes.collect();
        }
    };
    diagnostics.push(
        Diagnostic::error("case/bytes", text.span, problem)
            .help("write two hexadecimal digits for each byte: `89 50 4e 47`"),
    );
    None
}

/// Reads `encoded`: the name of a coding, or `{ coding, size }`.
pub(crate) fn read_encoded(reader: &mut CaseReader<'_>, node: &Node) -> Vec<BodyCheck> {
    let mut checks = Vec::new();
    let mut add = |condition: CodingCondition, span: Span| {
        checks.push(BodyCheck::Encoded { condition, span });
    };
    if let Kind::Text(text) = &node.kind {
        let name = coding(reader, text, node.span);
        add(name, node.span);
        return checks;
    }
    let Kind::Object(_) = &node.kind else {
        reject(node, reader.diagnostics, || {
            wrong_type(node, "a content coding or `{ coding, size }`")
                .help("write `encoded: gzip`, `<one-of gzip br>`, or `identity` for no coding")
        });
        return checks;
    };
    let Some(format) = EncodedFormat::read(node, reader.diagnostics) else {
        return checks;
    };
    if let Some(text) = format.coding {
        let name = coding(reader, text.value, text.span);
        add(name, text.span);
    }
    if let Some(node) = format.size
        && let Some((min, max)) = count(reader, node)
    {
        add(CodingCondition::Size { min, max }, node.span);
    }
    if format.coding.is_none() && format.size.is_none() && !format.is_flawed() {
        reader.diagnostics.push(
            Diagnostic::error("case/no-condition", node.span, "`encoded` has no condition")
                .help("add `coding` or `size`"),
        );
    }
    checks
}

/// The pattern for the name of a coding, which answers have in lower case.
fn coding(reader: &mut CaseReader<'_>, text: &str, span: Span) -> CodingCondition {
    if !text.starts_with('<') && text.chars().any(|c| c.is_ascii_uppercase()) {
        let message = format!("`{text}` is not in lower case");
        let diagnostic = Diagnostic::error("case/coding", span, message);
        let help = format!(
            "write `{}`: codings have no letter case",
            text.to_lowercase()
        );
        reader.diagnostics.push(diagnostic.help(help));
    }
    if text == "none" {
        let diagnostic = Diagnostic::error("case/coding", span, "`none` is not a content coding");
        let diagnostic = diagnostic.help("write `identity`: the body has no coding");
        reader.diagnostics.push(diagnostic);
    }
    CodingCondition::Name(reader.text_pattern(text, span, MarkerPlace::Header))
}
