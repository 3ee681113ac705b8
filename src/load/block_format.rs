//! The formats of what is expected of an answer: blocks, and the checks in them.

use crate::load::block_value_schemas::{
    Alternatives, Beginning, Blames, Coding, Count, EmptyBody, Encoded, ExpectedHeaders,
    Namespaces, Order, Pattern, Proves, Take, Values, XPathText, XmlText,
};
use crate::load::node::Node;
use crate::load::record::{Entries, Text, record};
use crate::load::value_schemas::{
    BodyFile, Duration, SchemaUse, Selector, Sha256, Status, TextPattern, Value,
};

record! {
    /// A block: checks that together prove the same requirements.
    BlockFormat, "a block of `expect`" {
        /// Ids of the requirements that the block proves, the main one first. Without it the block is a precondition.
        optional "proves" proves: &'n Node as Proves,
        /// `200`, `<2xx>`, `<not 2xx>`, `<any>`, or a list of these.
        optional "status" status: &'n Node as Status,
        /// Which requirements an unexpected status violates, by requirement: `LICENSE-23: [401, 403]`. One that is not
        /// here is violated by every unexpected status that no other claims. The rest of the block is unproven.
        optional "blames" blames: Entries<'n, &'n Node> as Blames,
        /// Expected header fields: an exact value, a marker, or patterns for the lines.
        optional "headers" headers: Entries<'n, &'n Node> as ExpectedHeaders,
        /// `<empty>`: no body, and no bytes after the response.
        optional "body" body: &'n Node as EmptyBody,
        /// The schema of the body: a file below `schemas/`, or an inline schema.
        optional "schema" schema: &'n Node as SchemaUse,
        /// The answer is complete within this time, for example `500ms`.
        optional "within" within: &'n Node as Duration,
        /// The checks of the body also pass if there is no body; in a block without them, those of headers do.
        optional "or-empty" or_empty: bool,
        /// A pattern for the JSON body; objects may have other members.
        optional "json" json: &'n Node as Pattern,
        /// A pattern for the JSON body; objects have exactly these members.
        optional "json-exactly" json_exactly: &'n Node as Pattern,
        /// The body as text: exact, or a marker.
        optional "text" text: Text<'n> as TextPattern,
        /// Conditions on nodes selected by JSONPath.
        optional "select" select: Vec<SelectionFormat<'n>>,
        /// The body is this file of the suite, byte for byte.
        optional "file" file: Text<'n> as BodyFile,
        /// Conditions on the body as bytes.
        optional "bytes" bytes: BytesFormat<'n>,
        /// Each line of the body is a JSON text (NDJSON).
        optional "jsonl" jsonl: JsonLinesFormat<'n>,
        /// The body is XML: well-formed, with what XPaths select, or equal to a document.
        optional "xml" xml: XmlFormat<'n>,
        /// The body is a stream of server-sent events, of which the first ones are read.
        optional "events" events: EventsFormat<'n>,
        /// The content coding of the body: its name, or `{ coding, size }`. `identity` is none.
        optional "encoded" encoded: &'n Node as Encoded,
        /// The answers that the block is about. Of another answer it says nothing: what it proves is then unproven.
        optional "when" when: WhenFormat<'n>,
        /// Alternatives: sets of checks, of which at least one must hold.
        optional "any-of" any_of: Vec<BlockFormat<'n>> as Alternatives,
    }
}

record! {
    /// A condition on an answer: all of it must hold.
    WhenFormat, "`when`" {
        /// `206`, `<2xx>`, `<not 2xx>`, or a list of these.
        optional "status" status: &'n Node as Status,
        /// Header fields: an exact value, `<present>`, `<absent>`, or another marker.
        optional "headers" headers: Entries<'n, &'n Node> as ExpectedHeaders,
    }
}

record! {
    /// Conditions on the body as bytes, after content codings were undone.
    BytesFormat, "`bytes`" {
        /// The number of bytes, or `{ min, max }`.
        optional "length" length: &'n Node as Count,
        /// The SHA-256 digest in hexadecimal digits.
        optional "sha256" sha256: Text<'n> as Sha256,
        /// The first bytes, as text or as `{ hex: "89 50 4e 47" }`.
        optional "starts-with" starts_with: &'n Node as Beginning,
    }
}

record! {
    /// Conditions on the lines of the body, of which each is a JSON text.
    JsonLinesFormat, "`jsonl`" {
        /// A pattern for every line; there is at least one.
        optional "each" each: &'n Node as Pattern,
        /// A schema for every line: a file below `schemas/`, or an inline schema; there is at least one.
        optional "schema" schema: &'n Node as SchemaUse,
        /// The number of lines, or `{ min, max }`.
        optional "count" count: &'n Node as Count,
    }
}

record! {
    /// Checks on the body as XML.
    XmlFormat, "`xml`" {
        /// `true`: the body is well-formed. The other checks need that, too.
        optional "well-formed" well_formed: bool,
        /// The namespaces of the prefixes in paths.
        optional "namespaces" namespaces: Entries<'n, Text<'n>> as Namespaces,
        /// Conditions on what XPaths yield.
        optional "select" select: Vec<XmlSelectionFormat<'n>>,
        /// The document has this structure: attribute order, prefixes, comments and white space between elements do not count.
        optional "equals" equals: Text<'n> as XmlText,
    }
}

record! {
    /// Conditions on the nodes that an XPath selects, or on the text, number or boolean that it yields.
    XmlSelectionFormat, "a selection of `xml`" {
        /// XPath 1.0.
        expected "path" path: Text<'n> as XPathText,
        /// `each`, `unique` and `subset-of` also pass if nothing is selected, and values if a path leads nowhere.
        optional "or-none" or_none: bool,
        /// Every node matches this pattern; digits are a number where one is expected.
        optional "each" each: &'n Node as Pattern,
        /// At least one node matches this pattern.
        optional "some" some: &'n Node as Pattern,
        /// No node matches this pattern.
        optional "none" none: &'n Node as Pattern,
        /// The number of nodes, or `{ min, max }`.
        optional "count" count: &'n Node as Count,
        /// No two nodes are equal.
        optional "unique" unique: bool,
        /// The nodes are in this order: `asc` or `desc`.
        optional "sorted" sorted: Text<'n> as Order,
        /// There is exactly one node, equal to this value; or the value that the path yields.
        optional "equal" equal: &'n Node as Value,
        /// Every node is an element of this array.
        optional "subset-of" subset_of: &'n Node as Values,
        /// Every element of this array is selected.
        optional "superset-of" superset_of: &'n Node as Values,
        /// The nodes are the elements of this array, in any order.
        optional "same-set" same_set: &'n Node as Values,
    }
}

record! {
    /// How many events are read of an event stream, and conditions on them. An event is an object of `event`, `data`,
    /// and `id`, `retry` and `json` (the value of data that are JSON) where it has them.
    EventsFormat, "`events`" {
        /// So many events come; after them the connection is closed.
        optional "take" take: &'n Node as Take,
        /// How long events are waited for, from the head of the answer on: `2s`. Without it, 10 s.
        optional "within" within: &'n Node as Duration,
        /// A pattern for every event.
        optional "each" each: &'n Node as Pattern,
        /// A pattern for the first event, or a list of patterns for the first events in order.
        optional "first" first: &'n Node as Pattern,
        /// The number of events, or `{ min, max }`.
        optional "count" count: &'n Node as Count,
    }
}

record! {
    /// The content coding of the body.
    EncodedFormat, "`encoded`" {
        /// The codings in lower case, or a marker; `identity` is none.
        optional "coding" coding: Text<'n> as Coding,
        /// The number of bytes of the body as it came, or `{ min, max }`.
        optional "size" size: &'n Node as Count,
    }
}

record! {
    /// Conditions on the nodes that a JSONPath selects.
    SelectionFormat, "a selection" {
        /// JSONPath (RFC 9535).
        expected "path" path: Text<'n> as Selector,
        /// `each`, `unique` and `subset-of` also pass if nothing is selected.
        optional "or-none" or_none: bool,
        /// Every node matches this pattern.
        optional "each" each: &'n Node as Pattern,
        /// At least one node matches this pattern.
        optional "some" some: &'n Node as Pattern,
        /// No node matches this pattern.
        optional "none" none: &'n Node as Pattern,
        /// The number of nodes, or `{ min, max }`.
        optional "count" count: &'n Node as Count,
        /// No two nodes are equal.
        optional "unique" unique: bool,
        /// The nodes are in this order: `asc`, `desc`, or by a part of each: `asc by $.name`.
        optional "sorted" sorted: Text<'n> as Order,
        /// There is exactly one node, equal to this value.
        optional "equal" equal: &'n Node as Value,
        /// Every node is an element of this array.
        optional "subset-of" subset_of: &'n Node as Values,
        /// Every element of this array is selected.
        optional "superset-of" superset_of: &'n Node as Values,
        /// The nodes are the elements of this array, in any order.
        optional "same-set" same_set: &'n Node as Values,
    }
}
