//! Schemas against documents whose numbers no double holds.

use serde_json::Value;

use crate::json::Document;
use crate::json::decimal::Decimal;
use crate::json::schema::{Schema, SchemaViolation};
use crate::json::stand_in::{Comparisons, exact_stand_in};
use crate::text::excerpt::short_text;

impl Schema {
    /// Everything in the document that the schema refuses, as [`Schema::violations`], with every number exact.
    ///
    /// # Errors
    ///
    /// Pointers to numbers that cannot be compared exactly with what the schema says.
    pub fn violations_in(&self, document: &Document) -> Result<Vec<SchemaViolation>, Vec<String>> {
        if document.inexact.is_empty() {
            return Ok(self.violations(&document.value));
        }
        let value = exact_stand_in(document, self.comparisons())?;
        let mut violations = self.violations(&value);
        for violation in &mut violations {
            // Messages show the number as it was written.
            let written = document.inexact.get(&violation.pointer);
            if let (Some(written), Some(number)) = (written, value.pointer(&violation.pointer)) {
                let shown = short_text(written, 40);
                violation.message = violation.message.replacen(&number.to_string(), &shown, 1);
            }
        }
        Ok(violations)
    }

    /// Every number of the schema and of the documents that it may refer to.
    fn comparisons(&self) -> Comparisons {
        let mut comparisons = Comparisons {
            tells_whole: true,
            ..Comparisons::default()
        };
        for document in self.documents.all() {
            add(document, &mut comparisons);
        }
        comparisons
    }
}

fn add(value: &Value, comparisons: &mut Comparisons) {
    match value {
        Value::Number(number) => comparisons.points.push(Decimal::of(number)),
        Value::Array(items) => items.iter().for_each(|item| add(item, comparisons)),
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::Number(number) if name == "multipleOf" => {
                        comparisons.divisors.push(Decimal::of(number));
                    }
                    _ => add(member, comparisons),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{SchemaDocuments, SchemaLibrary};
    use serde_json::json;

    fn inline(schema: &Value) -> Schema {
        let library = SchemaLibrary::new(&SchemaDocuments::new()).unwrap();
        library.compile_inline(schema).unwrap()
    }

    fn messages(schema: &Value, text: &str) -> Vec<String> {
        let document = Document::parse(text.as_bytes()).unwrap();
        let violations = inline(schema).violations_in(&document).unwrap();
        violations
            .into_iter()
            .map(|violation| violation.message)
            .collect()
    }

    #[test]
    fn numbers_that_no_double_holds_are_judged_exactly() {
        for (schema, text, message) in [
            (
                json!({ "const": 18_446_744_073_709_551_616.0 }),
                "18446744073709551617",
                "18446744073709551617 is not 1.8446744073709552e+19",
            ),
            (
                json!({ "enum": [18_446_744_073_709_551_616.0] }),
                "18446744073709551617",
                "18446744073709551617 is not one of [1.8446744073709552e+19]",
            ),
            (
                json!({ "maximum": 1e22 }),
                "10000000000000000000001",
                "10000000000000000000001 is more than 1e+22",
            ),
            (
                json!({ "minimum": 1 }),
                "0.99999999999999999999",
                "0.99999999999999999999 is less than 1",
            ),
            (
                json!({ "multipleOf": 10 }),
                "10000000000000000000001",
                "10000000000000000000001 is not a multiple of 10",
            ),
            (
                json!({ "type": "integer" }),
                "10000000000000000000000.5",
                "got number, expected integer",
            ),
            (
                json!({ "multipleOf": 0.01 }),
                "19.990000000000000001",
                "19.990000000000000001 is not a multiple of 0.01",
            ),
            (
                json!({ "maximum": 1 }),
                "1.00000000000000000001",
                "1.00000000000000000001 is more than 1",
            ),
            (
                json!({ "uniqueItems": true }),
                "[18446744073709551617, 18446744073709551617.0]",
                "two elements are equal",
            ),
            (json!({ "maximum": 5 }), "1e400", "1e400 is more than 5"),
        ] {
            assert_eq!(messages(&schema, text), [message], "{text}");
        }
    }

    #[test]
    fn numbers_that_no_double_holds_are_accepted_where_they_conform() {
        for (schema, text) in [
            (
                json!({ "uniqueItems": true }),
                "[18446744073709551617, 18446744073709551618]",
            ),
            (json!({ "type": "integer", "minimum": 1 }), "1e400"),
            (json!({ "exclusiveMaximum": 1 }), "0.99999999999999999999"),
            (
                json!({ "exclusiveMinimum": 1e22 }),
                "10000000000000000000001",
            ),
            (json!({ "multipleOf": 10 }), "10000000000000000000010"),
            (json!({ "not": { "const": 1 } }), "1.00000000000000000001"),
        ] {
            assert_eq!(messages(&schema, text), [""; 0], "{text}");
        }
    }
}
