//! Requests as a bare server reads them.

use std::net::TcpListener;

/// Takes one complete request from the bytes that were read: its head, and as many bytes of body as `Content-Length`
/// announces. What follows remains.
pub(crate) fn take(unread: &mut Vec<u8>) -> Option<(String, Vec<u8>)> {
    let end = unread.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&unread[..end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().ok())?
    });
    let body = unread.get(end..end + length.unwrap_or(0))?.to_vec();
    unread.drain(..end + body.len());
    Some((head, body))
}

/// The URL of a port on which nothing listens.
pub(crate) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
