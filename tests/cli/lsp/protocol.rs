//! The protocol, whatever the client sends.

use serde_json::{Value, json};

use super::client::Client;
use super::demo;

#[test]
fn the_protocol_is_kept_whatever_comes() {
    let folder = demo();
    let code = |answer: Result<Value, Value>| answer.unwrap_err()["code"].as_i64().unwrap();
    let mut client = Client::start(&folder, &[]);
    assert_eq!(
        code(client.request("textDocument/hover", json!({}))),
        -32002
    );
    client.initialize(json!({}));
    assert_eq!(code(client.request("initialize", json!({}))), -32600);
    assert_eq!(
        code(client.request("workspace/symbol", json!({ "query": "x" }))),
        -32601
    );
    assert_eq!(
        code(client.request("textDocument/hover", json!({}))),
        -32602
    );
    assert_eq!(
        code(client.request("textDocument/rename", json!([1]))),
        -32602
    );
    client.notify("$/unknown", json!([]));
    client.notify("textDocument/didChange", json!({ "textDocument": 7 }));
    client.send(&json!({ "id": 99, "result": null }));
    client.send(&json!([1, 2]));
    assert_eq!(code(client.answer(&Value::Null)), -32600);
    client.send(&json!({ "jsonrpc": "2.0", "id": { "a": 1 }, "method": "x" }));
    assert_eq!(code(client.answer(&Value::Null)), -32600);
    client.send_bytes(b"Content-Length: 3\r\n\r\n{]}");
    assert_eq!(code(client.answer(&Value::Null)), -32700);
    let deep = "[".repeat(100_000);
    client.send_bytes(format!("Content-Length: {}\r\n\r\n{deep}", deep.len()).as_bytes());
    assert_eq!(code(client.answer(&Value::Null)), -32700);
    // A cancelled request is answered, whether or not it was looked at.
    let batch = [
        json!({ "jsonrpc": "2.0", "id": "c", "method": "textDocument/hover", "params": {} }),
        json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": "c" } }),
    ];
    let bytes = batch.map(|one| {
        let text = one.to_string();
        format!("Content-Length: {}\r\n\r\n{text}", text.len())
    });
    let bytes = bytes.concat();
    client.send_bytes(bytes.as_bytes());
    assert!([-32800, -32602].contains(&code(client.answer(&json!("c")))));
    // A document outside of any suite, and one that is no file.
    for uri in ["untitled:x", "file:///nowhere/a.yaml"] {
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": "a: " });
        client.notify("textDocument/didOpen", json!({ "textDocument": document }));
        let params =
            json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 3 } });
        assert_eq!(
            client.request("textDocument/completion", params),
            Ok(json!([]))
        );
    }
    assert_eq!(client.request("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(
        code(client.request("textDocument/hover", json!({}))),
        -32600
    );
    assert_eq!(client.hang_up(), Some(0));

    // Without goodbye, and with a broken header.
    let mut client = Client::start(&folder, &[]);
    client.initialize(json!({}));
    assert_eq!(client.hang_up(), Some(1));
    let mut client = Client::start(&folder, &[]);
    client.send_bytes(b"nonsense\r\n\r\n");
    assert_eq!(code(client.answer(&Value::Null)), -32700);
    assert_eq!(client.hang_up(), Some(1));
}
