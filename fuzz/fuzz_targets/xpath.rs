//! XPath and XML: a path, a line break, and a body. Any answer is parsed and evaluated within the budget; what is written
//! as lines is equal to itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use probity::xml::Document;
use probity::xml::xpath::{Namespaces, Value, XPath};

fuzz_target!(|octets: &[u8]| {
    let Some(at) = octets.iter().position(|octet| *octet == b'\n') else {
        return;
    };
    let Ok(path) = std::str::from_utf8(&octets[..at]) else {
        return;
    };
    let namespaces: Namespaces = [("s".to_owned(), "urn:s".to_owned())].into();
    let compiled = XPath::new(path, &namespaces);
    if let Err(error) = &compiled {
        let (start, end) = error.range;
        assert!(path.get(start..end).is_some(), "{error}");
    }
    let document = match Document::parse(&octets[at + 1..]) {
        Ok(document) => document,
        Err(error) => {
            assert!(error.line > 0 && error.column > 0, "{error}");
            return;
        }
    };
    for id in 0..document.nodes().len().min(50) {
        assert!(document.node(id).end <= document.nodes().len());
        let _ = (
            document.path(id),
            document.place(id),
            document.string_value(id),
        );
    }
    let Ok(compiled) = compiled else { return };
    if let Ok(found) = compiled.evaluate(&document, &[]) {
        if let Value::Nodes(nodes) = &found {
            assert!(nodes.is_sorted_by(|one, other| one < other));
            assert!(compiled.is_of_nodes());
        }
        // NaN is not equal to itself.
        let again = compiled.evaluate(&document, &[]).expect("as before");
        assert_eq!(format!("{found:?}"), format!("{again:?}"));
    }
    let _ = compiled.dead_end(&document, &[]);
});
