//! One change of a document each, and what is said about it.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::import::change::comparison::Comparison;
use crate::import::change::difference::Direction;
use crate::import::{changes, import_text};
use crate::model::Sources;

const BASE: &str = r##"
openapi: 3.1.0
info: { title: Shop API, version: "1" }
security: [{ key: [read] }]
paths:
  /items:
    get:
      parameters:
        - { name: page, in: query, schema: { type: integer, minimum: 1 } }
        - { name: sort, in: query, schema: { type: string, enum: [name, price] } }
      responses:
        "200":
          description: Items
          headers: { X-Total: { required: true, schema: { type: integer } } }
          content:
            application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Item" } } }
            application/xml: {}
        "404": { description: None }
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties:
                name: { type: string, minLength: 1, maxLength: 50 }
                kind: { enum: [toy, tool] }
                price: { type: number, minimum: 0 }
                note: { type: string, nullable: true }
                tags: { type: array, items: { type: string } }
          application/x-www-form-urlencoded: { schema: { type: object } }
      responses:
        "201":
          description: The item
          content:
            application/json:
              schema:
                type: object
                required: [id]
                properties: { id: { type: integer }, link: { type: string } }
  /items/{id}:
    get:
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses:
        "200":
          description: One
          content: { application/json: { schema: { $ref: "#/components/schemas/Item" } } }
components:
  securitySchemes: { key: { type: http, scheme: bearer }, other: { type: http, scheme: basic } }
  schemas:
    Item:
      type: object
      required: [id, name]
      properties:
        id: { type: integer }
        name: { type: string, maxLength: 50 }
        state: { type: string, enum: [new, sold] }
        owner: { oneOf: [{ $ref: "#/components/schemas/Person" }, { $ref: "#/components/schemas/Shop" }] }
        extra: { allOf: [{ $ref: "#/components/schemas/Person" }, { type: object, properties: { since: { type: string } } }] }
    Person: { type: object, properties: { name: { type: string } } }
    Shop: { type: object, properties: { place: { type: string } } }
"##;

/// What is replaced in the document.
const EDITS: &[(&str, &str, &str)] = &[
    ("nothing", "", ""),
    (
        "an operation is removed",
        "    post:\n      requestBody",
        "    x-post:\n      requestBody",
    ),
    ("a success is removed", "\"201\":", "\"202\":"),
    (
        "a refusal is removed",
        "        \"404\": { description: None }\n",
        "",
    ),
    (
        "a member of an answer is removed",
        "        state: { type: string, enum: [new, sold] }\n",
        "",
    ),
    (
        "a member of an answer is new",
        "        state:",
        "        colour: { type: string }\n        state:",
    ),
    (
        "a member of an answer is optional",
        "required: [id, name]",
        "required: [id]",
    ),
    (
        "a member of an answer is always there",
        "required: [id, name]",
        "required: [id, name, state]",
    ),
    (
        "a member of an answer has another type",
        "        id: { type: integer }\n",
        "        id: { type: string }\n",
    ),
    (
        "an answer has another value",
        "enum: [new, sold]",
        "enum: [new, sold, lost]",
    ),
    (
        "an answer has fewer values",
        "enum: [new, sold]",
        "enum: [new]",
    ),
    (
        "an answer can be null",
        "        name: { type: string, maxLength: 50 }",
        "        name: { type: [string, \"null\"], maxLength: 50 }",
    ),
    (
        "an answer can be longer",
        "        name: { type: string, maxLength: 50 }",
        "        name: { type: string, maxLength: 60 }",
    ),
    (
        "an answer has another alternative",
        ", { $ref: \"#/components/schemas/Shop\" }] }",
        ", { $ref: \"#/components/schemas/Shop\" }, { type: string }] }",
    ),
    (
        "a member of a part is removed",
        "Person: { type: object, properties: { name: { type: string } } }",
        "Person: { type: object, properties: { age: { type: string } } }",
    ),
    (
        "a member of an inline answer is removed",
        ", link: { type: string } }",
        " }",
    ),
    (
        "a required member of a request is new",
        "              required: [name]\n              properties:\n",
        "              required: [name, size]\n              properties:\n                size: { type: integer }\n",
    ),
    (
        "an optional member of a request is new",
        "                price:",
        "                size: { type: integer }\n                price:",
    ),
    (
        "a member of a request is required",
        "              required: [name]",
        "              required: [name, price]",
    ),
    (
        "a member of a request is optional",
        "              required: [name]\n",
        "",
    ),
    (
        "a request has fewer values",
        "enum: [toy, tool]",
        "enum: [toy]",
    ),
    (
        "a request has more values",
        "enum: [toy, tool]",
        "enum: [toy, tool, book]",
    ),
    (
        "a request has another type",
        "price: { type: number",
        "price: { type: integer",
    ),
    (
        "a request has a wider type",
        "tags: { type: array",
        "tags: { type: [array, string]",
    ),
    (
        "a request must be shorter",
        "minLength: 1, maxLength: 50",
        "minLength: 1, maxLength: 40",
    ),
    (
        "a request must be longer",
        "minLength: 1, maxLength: 50",
        "minLength: 2, maxLength: 50",
    ),
    (
        "a request may be longer",
        "minLength: 1, maxLength: 50",
        "minLength: 1",
    ),
    (
        "a request has a pattern",
        "minLength: 1, maxLength: 50",
        "minLength: 1, maxLength: 50, pattern: \"^a\"",
    ),
    ("a request cannot be null", "[string, \"null\"]", "string"),
    (
        "elements of a request have another type",
        "items: { type: string } }\n          application/x-",
        "items: { type: integer } }\n          application/x-",
    ),
    (
        "a request has no other members",
        "                note:",
        "                note2: {}\n                note:",
    ),
    (
        "a request is closed",
        "              type: object\n              required: [name]",
        "              type: object\n              additionalProperties: false\n              required: [name]",
    ),
    (
        "a body is required",
        "      requestBody:\n",
        "      requestBody:\n        required: true\n",
    ),
    (
        "a required body is new",
        "    get:\n      parameters:\n        - { name: page",
        "    get:\n      requestBody: { required: true, content: { text/plain: {} } }\n      parameters:\n        - { name: page",
    ),
    (
        "a media type of a request is removed",
        "          application/x-www-form-urlencoded: { schema: { type: object } }\n",
        "",
    ),
    (
        "a media type of an answer is removed",
        "            application/xml: {}\n",
        "",
    ),
    (
        "a media type of an answer is new",
        "            application/xml: {}\n",
        "            application/xml: {}\n            text/csv: {}\n",
    ),
    (
        "a header is removed",
        "          headers: { X-Total: { required: true, schema: { type: integer } } }\n",
        "",
    ),
    (
        "a parameter is removed",
        "        - { name: page, in: query, schema: { type: integer, minimum: 1 } }\n",
        "",
    ),
    (
        "a parameter is new",
        "        - { name: page",
        "        - { name: colour, in: query, schema: { type: string } }\n        - { name: page",
    ),
    (
        "a required parameter is new",
        "        - { name: page",
        "        - { name: colour, in: query, required: true, schema: { type: string } }\n        - { name: page",
    ),
    (
        "a parameter is required",
        "name: page, in: query,",
        "name: page, in: query, required: true,",
    ),
    (
        "a parameter has fewer values",
        "enum: [name, price]",
        "enum: [name]",
    ),
    (
        "a parameter has another limit",
        "{ type: integer, minimum: 1 }",
        "{ type: integer, minimum: 5 }",
    ),
    (
        "a parameter of a path has another name and type",
        "{ name: id, in: path, required: true, schema: { type: integer } }",
        "{ name: id, in: path, required: true, schema: { type: string, format: uuid } }",
    ),
    (
        "another scope is needed",
        "security: [{ key: [read] }]",
        "security: [{ key: [read, write] }]",
    ),
    (
        "other credentials are needed",
        "security: [{ key: [read] }]",
        "security: [{ other: [] }]",
    ),
    (
        "other credentials are enough",
        "security: [{ key: [read] }]",
        "security: [{ key: [read] }, { other: [] }]",
    ),
    (
        "no credentials are needed",
        "security: [{ key: [read] }]\n",
        "",
    ),
    (
        "an operation is new",
        "  /items/{id}:\n",
        "  /orders: { get: { responses: { \"200\": { description: All } } } }\n  /items/{id}:\n",
    ),
];

fn outlines(text: &str) -> crate::import::Outlines {
    let mut found = Vec::new();
    let imported = import_text("shop.yaml", text, &mut Sources::default(), &mut found);
    imported.unwrap_or_else(|| panic!("{found:?}")).outlines
}

fn said(before: &str, after: &str) -> String {
    let mut said = String::new();
    for change in changes(&outlines(before), &outlines(after)) {
        let mark = if change.is_breaking {
            "breaking"
        } else {
            "        "
        };
        writeln!(said, "  {mark}  {}", change.text).unwrap();
    }
    said
}

#[test]
fn each_change_is_said_and_breaking_ones_are_called_so() {
    let base = BASE.replace(
        "{ type: string, nullable: true }",
        "{ type: [string, \"null\"] }",
    );
    let mut all = String::new();
    for (title, from, to) in EDITS {
        assert!(base.contains(from), "{title}");
        let said = said(&base, &base.replacen(from, to, 1));
        assert!(*title == "nothing" || !said.is_empty(), "{title}");
        writeln!(all, "{title}\n{said}").unwrap();
    }
    let said = said(
        &base.replacen("security: [{ key: [read] }]\n", "", 1),
        &base,
    );
    writeln!(all, "credentials are needed\n{said}").unwrap();
    insta::assert_snapshot!(all);
}

#[test]
fn descriptions_examples_and_the_order_of_members_change_nothing() {
    let other = BASE
        .replace("description: Items", "description: All items")
        .replace("        id: { type: integer }\n        name: { type: string, maxLength: 50 }\n", "        name: { maxLength: 50, type: string, description: x, example: y, deprecated: true }\n        id: { type: integer }\n");
    assert_ne!(other, BASE);
    assert_eq!(said(BASE, &other), "");
}

/// What became of one schema of a document, in answers.
fn compared(old: &[(String, Value)], new: &[(String, Value)]) -> Vec<String> {
    let (old, new) = (old.iter().cloned().collect(), new.iter().cloned().collect());
    let mut comparison = Comparison::new(&old, &new);
    comparison.add_file("GET /a", Direction::Answer, "its body", "n0", "n0");
    let changes = comparison.into_changes().into_iter();
    changes.map(|change| change.text).collect()
}

#[test]
fn schemas_that_combine_each_other_are_compared_once() {
    let names: Vec<String> = (0..6).map(|number| format!("n{number}")).collect();
    let schemas = |also: Option<&str>| -> Vec<(String, Value)> {
        let schema = |own: &String| {
            let members = names.iter().flat_map(|name| {
                let reference = json!({ "$ref": name });
                let wrapped = json!({ "allOf": [reference, { "type": "object" }] });
                let twice = json!({ "allOf": [{ "$ref": own }, reference, reference] });
                [(name.clone(), wrapped), (format!("{name}-twice"), twice)]
            });
            let also = also.map(|name| (name.to_owned(), json!({ "type": "string" })));
            let members: Map<String, Value> = members.chain(also).collect();
            json!({ "type": "object", "properties": members })
        };
        names
            .iter()
            .map(|name| (name.clone(), schema(name)))
            .collect()
    };
    let found = compared(&schemas(Some("gone")), &schemas(None));
    assert!(
        found[0].contains("gone") && found[0].contains("is removed"),
        "{}",
        found[0]
    );
    assert_eq!(compared(&schemas(None), &schemas(None)), [""; 0]);
    // A reference in `allOf` is that schema.
    let node = |member: &str| {
        let again = json!({ "allOf": [{ "$ref": "n0" }] });
        let node = json!({ "properties": { "left": again, "right": again, member: {} } });
        [("n0".to_owned(), node)]
    };
    let found = compared(&node("a"), &node("b"));
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn what_is_not_compared_is_reported() {
    let members = (0..20_001).map(|number| {
        let list = json!({ "items": { "$ref": "n1" }, "minItems": number });
        (format!("m{number}"), list)
    });
    let large = json!({ "properties": members.collect::<Map<String, Value>>() });
    let both = [("n0".to_owned(), large), ("n1".to_owned(), json!({}))];
    let found = compared(&both, &both);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("cannot be compared"), "{found:?}");
}
