use proptest::prelude::*;

use super::*;

const LIMIT: usize = 1000;

fn read_as(method: &str, bytes: &[u8]) -> Result<Response, NoAnswer> {
    let mut reader = AnswerReader::new(method, LIMIT);
    reader.feed(bytes)?;
    reader.finish()
}

fn read(bytes: impl AsRef<[u8]>) -> Result<Response, NoAnswer> {
    read_as("GET", bytes.as_ref())
}

fn refused(bytes: impl AsRef<[u8]>) -> (NoAnswerKind, String) {
    let reason = read(bytes).unwrap_err();
    (reason.kind, reason.detail)
}

fn not_http_because(bytes: impl AsRef<[u8]>, expected: &str) {
    let expected = (NoAnswerKind::NotHttp, expected.to_owned());
    assert_eq!(refused(bytes), expected);
}

fn chunked(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body}").into_bytes()
}

#[test]
fn the_head_is_kept_as_it_came() {
    let response =
        read("HTTP/1.0 418 I'm a teapot\r\nX-One:1\r\nx-TWO:  2 \t\r\nX-One: \r\n\r\n").unwrap();
    assert_eq!(response.version, "HTTP/1.0");
    assert_eq!(response.status, 418);
    assert_eq!(response.reason, "I'm a teapot");
    let fields = [("X-One", "1"), ("x-TWO", "2"), ("X-One", "")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
    assert_eq!(response.headers, fields);
}

#[test]
fn an_empty_reason_still_has_its_space() {
    assert_eq!(read("HTTP/1.1 200 \r\n\r\n").unwrap().reason, "");
    not_http_because(
        "HTTP/1.1 200\r\n\r\n",
        "bad status line: no space after the status code",
    );
}

#[test]
fn a_bad_status_line_says_what_is_bad() {
    let begin = "the answer does not begin with `HTTP/1.`";
    not_http_because("\r\nHTTP/1.1 200 OK\r\n\r\n", begin);
    not_http_because("ICY 200 OK\r\n\r\n", begin);
    not_http_because("HTTP/2 200 OK\r\n\r\n", begin);
    for (line, fault) in [
        (
            "HTTP/1.7 200 OK",
            "the version is neither HTTP/1.0 nor HTTP/1.1",
        ),
        ("HTTP/1.1", "no space after the version"),
        ("HTTP/1.1 20", "no status code of three digits"),
        ("HTTP/1.1  200 OK", "no status code of three digits"),
        ("HTTP/1.1 099 OK", "status code 099 is below 100"),
        ("HTTP/1.1 2000 OK", "no space after the status code"),
        (
            "HTTP/1.1 200 O\rK",
            "a control character in the reason phrase",
        ),
    ] {
        not_http_because(
            format!("{line}\r\nX: y\r\n\r\n"),
            &format!("bad status line: {fault}"),
        );
    }
}

#[test]
fn another_protocol_is_known_before_its_line_ends() {
    let mut reader = AnswerReader::new("GET", LIMIT);
    let reason = reader.feed(b"S").unwrap_err();
    assert_eq!(reason.kind, NoAnswerKind::NotHttp);
    assert_eq!(reader.feed(b"HTTP/1.1 200 OK\r\n\r\n"), Err(reason.clone()));
    assert_eq!(reader.finish(), Err(reason));
}

#[test]
fn a_bad_field_says_which_line() {
    let token = "has no field name of token characters before a colon";
    for (line, fault) in [
        ("X Y: z", token),
        ("X : z", token),
        (": z", token),
        ("no colon", token),
        (
            " folded",
            "is folded onto the line before it (RFC 9112 section 5.2)",
        ),
        ("X: a\u{0}b", "has a control character in the value"),
    ] {
        not_http_because(
            format!("HTTP/1.1 200 OK\r\nA: b\r\n{line}\r\nC: d\r\n\r\n"),
            &format!("line 3 of the head {fault}"),
        );
    }
}

#[test]
fn lines_end_with_cr_lf() {
    not_http_because(
        "HTTP/1.1 200 OK\n\n",
        "line 1 of the head ends with a bare LF",
    );
    not_http_because(
        "HTTP/1.1 200 OK\r\nA: b\r\n\n",
        "line 3 of the head ends with a bare LF",
    );
}

#[test]
fn a_head_has_its_limits() {
    let fields = |count| format!("HTTP/1.1 204 No\r\n{}\r\n", "A: b\r\n".repeat(count));
    assert_eq!(read(fields(512)).unwrap().headers.len(), 512);
    let too_large = |limit: &str| {
        let detail = format!("head of the answer larger than {limit}");
        (NoAnswerKind::TooLarge, detail)
    };
    assert_eq!(refused(fields(513)), too_large("512 fields"));

    let frame = "HTTP/1.1 204 No\r\nA: \r\n\r\n".len();
    let long = |bytes| {
        format!(
            "HTTP/1.1 204 No\r\nA: {}\r\n\r\n",
            "x".repeat(bytes - frame)
        )
    };
    assert_eq!(read(long(HEAD_BYTES)).unwrap().status, 204);
    assert_eq!(refused(long(HEAD_BYTES + 1)), too_large("256 KiB"));
    let endless = format!("HTTP/1.1 200 {}", "x".repeat(HEAD_BYTES));
    assert_eq!(refused(endless), too_large("256 KiB"));
}

#[test]
fn interim_answers_are_counted() {
    let answers = |interim| {
        format!(
            "{}HTTP/1.1 204 No\r\n\r\n",
            "HTTP/1.1 103 Hint\r\nA: b\r\n\r\n".repeat(interim)
        )
    };
    let response = read(answers(16)).unwrap();
    assert_eq!((response.status, response.headers.len()), (204, 0));
    not_http_because(answers(17), "more than 16 interim answers (1xx)");
}

#[test]
fn switching_protocols_is_an_answer() {
    let response = read("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nother").unwrap();
    assert_eq!(
        (response.status, response.trailing.as_slice()),
        (101, &b"other"[..])
    );
}

#[test]
fn some_answers_have_no_body_whatever_they_announce() {
    for (method, status) in [("GET", 204), ("GET", 304), ("HEAD", 200), ("CONNECT", 200)] {
        let bytes = format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\nhi");
        let response = read_as(method, bytes.as_bytes()).unwrap();
        assert_eq!(response.body, b"", "{method} {status}");
        assert_eq!(response.trailing, b"hi", "{method} {status}");
    }
}

#[test]
fn a_length_frames_the_body() {
    let response = read("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef").unwrap();
    assert_eq!(
        (response.body, response.trailing),
        (b"abc".to_vec(), b"def".to_vec())
    );
    let response = read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nabc").unwrap();
    assert_eq!(
        (response.body, response.trailing),
        (b"".to_vec(), b"abc".to_vec())
    );
}

#[test]
fn there_is_one_statement_of_the_length() {
    let with = |fields: &str| format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\nabc");
    assert_eq!(
        read(with("Content-Length: 3\r\ncontent-length: 3, 3"))
            .unwrap()
            .body,
        b"abc"
    );
    let differ = "two different values of Content-Length in the answer";
    not_http_because(with("Content-Length: 3\r\nContent-Length: 4"), differ);
    not_http_because(with("Content-Length: 3, 4"), differ);
    for value in ["", "3,", "+3", "-3", "0x3", "3 3", "drei"] {
        not_http_because(
            with(&format!("Content-Length: {value}")),
            "Content-Length in the answer is not a number",
        );
    }
    not_http_because(
        with("Content-Length: 3\r\nTransfer-Encoding: chunked"),
        "both Transfer-Encoding and Content-Length in the answer",
    );
}

#[test]
fn chunked_alone_is_a_transfer_coding() {
    for coding in ["gzip, chunked", "chunked, chunked", "gzip", "", "identity"] {
        not_http_because(
            format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: {coding}\r\n\r\n0\r\n\r\n"),
            "Transfer-Encoding in the answer is not just `chunked`, and the request accepts nothing else",
        );
    }
    not_http_because(
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding in an HTTP/1.0 answer",
    );
}

#[test]
fn chunks_are_joined() {
    let body = "3\r\nabc\r\n00b;a=\"b\" ;c\r\n0123456789\n\r\n0\r\nX-Sum: 1\r\n\r\nrest";
    let response = read(chunked(body)).unwrap();
    assert_eq!(response.body, b"abc0123456789\n");
    assert_eq!(response.trailing, b"rest");
}

#[test]
fn a_bad_chunk_says_where_and_what() {
    let size = "its size is not a hexadecimal number";
    for (body, after, fault) in [
        ("3\r\nabc\r\nxyz\r\n", "3 bytes", size),
        ("\r\n", "0 bytes", size),
        ("3 \r\nabc\r\n", "0 bytes", size),
        ("0x3\r\nabc\r\n", "0 bytes", size),
        ("-1\r\n", "0 bytes", size),
        (
            "3\nabc\r\n",
            "0 bytes",
            "the line with its size ends with a bare LF",
        ),
        (
            "3;\u{1}\r\nabc\r\n",
            "0 bytes",
            "a control character in its extension",
        ),
        (
            "3\r\nabcd\r\n",
            "3 bytes",
            "its bytes are not followed by CR LF",
        ),
        (
            "3\r\nabc\n",
            "3 bytes",
            "its bytes are not followed by CR LF",
        ),
    ] {
        not_http_because(
            chunked(body),
            &format!("bad chunk after {after} of the body: {fault}"),
        );
    }
    let long = format!("3;{}", "x".repeat(CHUNK_LINE_BYTES));
    not_http_because(
        chunked(&long),
        "bad chunk after 0 bytes of the body: the line with its size is longer than 4 KiB",
    );
}

#[test]
fn trailer_fields_are_checked() {
    not_http_because(
        chunked("0\r\nA: b\r\nno colon\r\n\r\n"),
        "line 2 of the trailer has no field name of token characters before a colon",
    );
}

#[test]
fn a_body_has_its_limit() {
    let too_large = (
        NoAnswerKind::TooLarge,
        "body larger than 1000 bytes".to_owned(),
    );
    let size = |bytes: usize| format!("{bytes:x}\r\n{}\r\n0\r\n\r\n", "x".repeat(bytes));
    assert_eq!(read(chunked(&size(1000))).unwrap().body.len(), 1000);
    assert_eq!(refused(chunked(&size(1001))), too_large);
    assert_eq!(refused(chunked("ffffffffffffffffffff\r\n")), too_large);

    let length = |bytes: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: {bytes}\r\n\r\n");
    assert_eq!(refused(length("1001")), too_large);
    assert_eq!(refused(length("99999999999999999999")), too_large);

    let until_close = |bytes| format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(bytes));
    assert_eq!(read(until_close(1000)).unwrap().body.len(), 1000);
    assert_eq!(refused(until_close(1001)), too_large);
}

#[test]
fn a_cut_says_how_far_the_answer_came() {
    let cut = |detail: &str| (NoAnswerKind::Cut, format!("connection closed {detail}"));
    assert_eq!(refused(""), cut("before the first byte of the answer"));
    assert_eq!(refused("HTTP/1.1 2"), cut("after 10 bytes of the head"));
    let body = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na";
    assert_eq!(refused(body), cut("after 1 byte of the body"));
    let last = chunked("3\r\nabc\r\n0\r\n");
    assert_eq!(refused(last), cut("after 3 bytes of the body"));
}

#[test]
fn no_more_is_kept_after_the_answer_than_the_limit() {
    let bytes = format!("HTTP/1.1 204 No\r\n\r\n{}", "x".repeat(TRAILING_BYTES + 1));
    assert_eq!(read(bytes).unwrap().trailing.len(), TRAILING_BYTES);
}

/// Bytes that get somewhere: parts of answers, whole and broken, in any order.
fn plausible() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        Just("HTTP/1.1 200 OK\r\n"),
        Just("HTTP/1.1 103 Hint\r\n\r\n"),
        Just("HTTP/1.0 204 No\r\n"),
        Just("Content-Length: 5\r\n"),
        Just("Content-Length: 6\r\n"),
        Just("Transfer-Encoding: chunked\r\n"),
        Just("A: b\r\n"),
        Just(" folded\r\n"),
        Just("\r\n"),
        Just("\n"),
        Just("\r"),
        Just("5\r\nabcde\r\n"),
        Just("5;a=b\r\nabcde\r\n"),
        Just("0\r\n\r\n"),
        Just("0\r\nA: b\r\n\r\n"),
        Just("ffffffffffffffffff\r\n"),
        Just("abc"),
    ];
    let parts = prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat().into_bytes());
    let begun = parts.prop_map(|parts| [b"HTTP/1.1 200 OK\r\n", parts.as_slice()].concat());
    prop_oneof![begun, prop::collection::vec(any::<u8>(), 0..200)]
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_read_the_same(
        bytes in plausible(),
        sizes in prop::collection::vec(1_usize..9, 1..20),
        method in prop_oneof![Just("GET"), Just("HEAD"), Just("CONNECT")],
    ) {
        let mut reader = AnswerReader::new(method, 12);
        let mut rest = bytes.as_slice();
        for size in sizes.iter().cycle() {
            let (piece, next) = rest.split_at(rest.len().min(*size));
            let _ = reader.feed(piece);
            rest = next;
            if rest.is_empty() {
                break;
            }
        }
        let mut whole = AnswerReader::new(method, 12);
        let _ = whole.feed(&bytes);
        prop_assert_eq!(reader.finish(), whole.finish());
    }
}
