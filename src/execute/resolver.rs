//! Resolves host names with the system's resolver.

use std::net::SocketAddr;

use crate::execute::failure::Unresolved;
use crate::execute::phases;
use crate::execute::phases::Part;

/// The addresses of a name; at least one.
pub(super) async fn resolve(name: &str, port: u16) -> Result<Vec<SocketAddr>, Unresolved> {
    let found = phases::timed(Part::Dns, tokio::net::lookup_host((name, port))).await;
    let addresses: Vec<_> = found
        .map_err(|error| Unresolved::because(&error))?
        .collect();
    if addresses.is_empty() {
        let none = std::io::Error::other("it has no address");
        return Err(Unresolved::because(&none));
    }
    Ok(addresses)
}
