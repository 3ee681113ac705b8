//! Files read whole, up to a limit.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Why there are no octets.
#[derive(Debug)]
pub(crate) enum Unread {
    /// The file cannot be read.
    Failed(io::Error),
    /// It has more octets than the limit: so many at least.
    TooLarge(u64),
}

/// The octets of a file. No more than `limit` and one are read, whatever a pipe or a device says about its length.
///
/// # Errors
///
/// When it cannot be read, or is larger than the limit.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Unread> {
    let file = File::open(path).map_err(Unread::Failed)?;
    let stated = file.metadata().map_err(Unread::Failed)?.len();
    if stated > limit {
        return Err(Unread::TooLarge(stated));
    }
    let mut octets = Vec::with_capacity(usize::try_from(stated).unwrap_or(0));
    let mut file = file.take(limit.saturating_add(1));
    let read = file.read_to_end(&mut octets).map_err(Unread::Failed)? as u64;
    if read > limit {
        return Err(Unread::TooLarge(read));
    }
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/LICENSE"));
        let whole = std::fs::read(path).unwrap();
        let length = whole.len() as u64;
        assert_eq!(read(path, length).unwrap(), whole);
        assert!(
            matches!(read(path, length - 1), Err(Unread::TooLarge(octets)) if octets == length)
        );
        assert!(matches!(
            read(Path::new("no/such/file"), 1),
            Err(Unread::Failed(_))
        ));
    }

    #[cfg(unix)]
    #[test]
    fn a_device_without_end_has_one() {
        let found = read(Path::new("/dev/zero"), 1000);
        assert!(matches!(found, Err(Unread::TooLarge(1001))), "{found:?}");
    }
}
