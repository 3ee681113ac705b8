//! Reads files up to a size limit, creates private ones, and shows their paths.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;

/// Why a file was not read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// An I/O error.
    Io(io::Error),
    /// The file has at least this many bytes, more than the limit.
    TooLarge(u64),
}

/// How to create a file of exchanges: on Unix only its owner may read it. On Windows it has the access that its folder
/// gives. A file that is there already keeps its access.
pub(crate) fn private() -> OpenOptions {
    let options = OpenOptions::new();
    #[cfg(unix)]
    let options = {
        let mut options = options;
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
    };
    options
}

/// Returns the bytes of a file. Reads at most `limit` and one: the length of a pipe or a device is unknown.
///
/// # Errors
///
/// When it cannot be read, or is larger than the limit.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let file = File::open(path).map_err(ReadError::Io)?;
    let stated = file.metadata().map_err(ReadError::Io)?.len();
    if stated > limit {
        return Err(ReadError::TooLarge(stated));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(stated).unwrap_or(0));
    let mut file = file.take(limit.saturating_add(1));
    let read = file.read_to_end(&mut bytes).map_err(ReadError::Io)? as u64;
    if read > limit {
        return Err(ReadError::TooLarge(read));
    }
    Ok(bytes)
}

/// A path without a leading `./`, with `/` on every system: reports from several of them are compared and merged.
pub(crate) fn display_path(path: &Path) -> String {
    let shown = path.strip_prefix(".").unwrap_or(path).display().to_string();
    if cfg!(windows) {
        shown.replace('\\', "/")
    } else {
        shown
    }
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
            matches!(read(path, length - 1), Err(ReadError::TooLarge(bytes)) if bytes == length)
        );
        assert!(matches!(
            read(Path::new("no/such/file"), 1),
            Err(ReadError::Io(_))
        ));
    }

    #[cfg(unix)]
    #[test]
    fn an_endless_device_is_read_up_to_the_limit() {
        let found = read(Path::new("/dev/zero"), 1000);
        assert!(matches!(found, Err(ReadError::TooLarge(1001))), "{found:?}");
    }
}
