//! Bytes that are put aside and read again: in memory while they are few, else in a temporary file without a name.
//!
//! Nobody else can open the file, and nothing is left of it when the process ends, however it ends.

use std::fs::File;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::text::file::private;

/// No file is made for fewer bytes.
const ROOM: usize = 4 << 20;

/// So many bytes are written or read at a time.
const PIECE: usize = 256 << 10;

/// Names that are tried for the file.
const TRIES: usize = 16;

/// A place for bytes. Clones are the same place.
#[derive(Clone, Debug, Default)]
pub(super) struct Spill(Arc<Mutex<Bytes>>);

#[derive(Debug, Default)]
struct Bytes {
    file: Option<File>,
    /// How many bytes the file has.
    written: u64,
    /// What follows them.
    pending: Vec<u8>,
    /// How much may be pending.
    room: Option<usize>,
    /// A part of the file, and where it begins.
    window: (u64, Vec<u8>),
    /// Why there is no file, if none can be made. Then everything is pending.
    no_file: Option<String>,
    /// Why bytes could not be read again.
    lost: Option<String>,
}

impl Spill {
    /// A place that keeps so many bytes in memory.
    #[cfg(test)]
    pub(super) fn with_room(room: usize) -> Spill {
        let bytes = Bytes {
            room: Some(room),
            ..Bytes::default()
        };
        Spill(Arc::new(Mutex::new(bytes)))
    }

    /// Is it the same place?
    pub(super) fn is(&self, other: &Spill) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn bytes(&self) -> MutexGuard<'_, Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts bytes aside, and returns where they are.
    ///
    /// # Errors
    ///
    /// When the temporary file cannot be written: the disk is full.
    pub(super) fn add(&self, bytes: &[u8]) -> io::Result<u64> {
        let mut all = self.bytes();
        let at = all.written + all.pending.len() as u64;
        all.pending.extend_from_slice(bytes);
        let room = if all.file.is_some() {
            PIECE
        } else {
            all.room.unwrap_or(ROOM)
        };
        if all.pending.len() > room && all.has_file() {
            all.write().map_err(|error| {
                let folder = std::env::temp_dir();
                let message = format!(
                    "the cases cannot be written to a temporary file in {}: {error}",
                    folder.display()
                );
                io::Error::new(error.kind(), message)
            })?;
        }
        Ok(at)
    }

    /// How many bytes were put aside.
    #[cfg(test)]
    pub(super) fn size(&self) -> u64 {
        let all = self.bytes();
        all.written + all.pending.len() as u64
    }

    /// Why there is no file although one was needed: everything is in memory then.
    pub(super) fn no_file(&self) -> Option<String> {
        self.bytes().no_file.clone()
    }

    /// Reads what was put aside. What cannot be read is `None` now, and an error in [`Spill::check`] from then on.
    pub(super) fn read<T>(
        &self,
        at: u64,
        length: usize,
        read: impl FnOnce(&[u8]) -> Result<T, serde_json::Error>,
    ) -> Option<T> {
        let mut all = self.bytes();
        let found = all.at(at, length).and_then(|bytes| Ok(read(bytes)?));
        found
            .map_err(|error| all.lost.get_or_insert_with(|| error.to_string()))
            .ok()
    }

    /// Could everything be read?
    ///
    /// # Errors
    ///
    /// When something could not.
    pub(super) fn check(&self) -> io::Result<()> {
        match &self.bytes().lost {
            Some(why) => Err(io::Error::other(format!(
                "the cases cannot be read again from their temporary file: {why}"
            ))),
            None => Ok(()),
        }
    }
}

impl Bytes {
    /// Makes the file if there is none, and if one can be made.
    fn has_file(&mut self) -> bool {
        if self.file.is_none() && self.no_file.is_none() {
            match unnamed() {
                Ok(file) => self.file = Some(file),
                Err(error) => {
                    let folder = std::env::temp_dir();
                    self.no_file = Some(format!("{}: {error}", folder.display()));
                }
            }
        }
        self.file.is_some()
    }

    fn write(&mut self) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        file.seek(SeekFrom::Start(self.written))?;
        file.write_all(&self.pending)?;
        self.written += self.pending.len() as u64;
        self.pending.clear();
        self.pending.shrink_to(PIECE);
        Ok(())
    }

    fn at(&mut self, at: u64, length: usize) -> io::Result<&[u8]> {
        let missing = || io::Error::from(io::ErrorKind::UnexpectedEof);
        if let Some(start) = at.checked_sub(self.written) {
            let start = usize::try_from(start).map_err(|_| missing())?;
            let bytes = self
                .pending
                .get(start..)
                .and_then(|rest| rest.get(..length));
            return bytes.ok_or_else(missing);
        }
        if self.start_in_window(at, length).is_none() {
            let file = self.file.as_mut().ok_or_else(missing)?;
            file.seek(SeekFrom::Start(at))?;
            let (begin, window) = &mut self.window;
            window.clear();
            let most = (self.written - at).min(length.max(PIECE) as u64);
            let read = file.take(most).read_to_end(window);
            *begin = at;
            read?;
        }
        let start = self.start_in_window(at, length).ok_or_else(missing)?;
        Ok(&self.window.1[start..start + length])
    }

    /// Where these bytes are in the window, if all of them are.
    fn start_in_window(&self, at: u64, length: usize) -> Option<usize> {
        let (begin, window) = &self.window;
        let start = usize::try_from(at.checked_sub(*begin)?).ok()?;
        let end = start.checked_add(length)?;
        (end <= window.len()).then_some(start)
    }
}

/// A new file that only this process can open, and that goes away with it.
fn unnamed() -> io::Result<File> {
    let folder = std::env::temp_dir();
    let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
    for _ in 0..TRIES {
        let number = RandomState::new().hash_one(std::process::id());
        let path = folder.join(format!(".probity-{number:016x}.tmp"));
        let mut options = private();
        options.read(true).write(true).create_new(true);
        #[cfg(windows)]
        {
            use std::os::windows::fs::OpenOptionsExt as _;
            // FILE_ATTRIBUTE_TEMPORARY and FILE_FLAG_DELETE_ON_CLOSE; no other process may open it.
            options.share_mode(0).custom_flags(0x0400_0100);
        }
        match options.open(&path) {
            Ok(file) => {
                // An open file needs no name. Windows deletes it when it is closed.
                #[cfg(not(windows))]
                std::fs::remove_file(&path)?;
                return Ok(file);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(spill: &Spill, at: u64, length: usize) -> Option<Vec<u8>> {
        spill.read(at, length, |bytes| Ok(bytes.to_vec()))
    }

    #[test]
    fn what_is_not_there_is_missed_from_then_on() {
        for room in [0, 100] {
            let spill = Spill::with_room(room);
            let at = spill.add(b"some bytes").unwrap();
            assert_eq!(read(&spill, at, 10).as_deref(), Some(&b"some bytes"[..]));
            assert!(spill.check().is_ok());
            assert_eq!(read(&spill, at, 11), None);
            assert_eq!(read(&spill, u64::MAX, 1), None);
            let error = spill.check().unwrap_err().to_string();
            assert!(error.contains("cannot be read again"), "{error}");
            assert_eq!(read(&spill, at, 4).as_deref(), Some(&b"some"[..]));
            assert!(spill.check().is_err());
        }
    }

    #[test]
    fn few_bytes_make_no_file_and_many_do() {
        let spill = Spill::default();
        spill.add(&[0; 1000]).unwrap();
        assert!(spill.bytes().file.is_none());
        spill.add(&vec![0; ROOM]).unwrap();
        assert!(spill.bytes().file.is_some());
        assert!(spill.bytes().pending.is_empty());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error() {
        let full = std::fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open("/dev/full");
        let spill = Spill::with_room(0);
        spill.bytes().file = Some(full.unwrap());
        let error = spill.add(&vec![0; 2 * PIECE]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        let error = error.to_string();
        assert!(
            error.starts_with("the cases cannot be written to a temporary file in"),
            "{error}"
        );
    }

    #[test]
    fn where_no_file_can_be_made_everything_is_in_memory() {
        let spill = Spill::with_room(0);
        spill.bytes().no_file = Some("nowhere".into());
        let places = [b"one".as_slice(), b"three"].map(|text| spill.add(text).unwrap());
        assert_eq!(read(&spill, places[1], 5).as_deref(), Some(&b"three"[..]));
        assert_eq!(read(&spill, places[0], 3).as_deref(), Some(&b"one"[..]));
        assert!(spill.bytes().file.is_none());
    }

    #[cfg(unix)]
    #[test]
    fn the_file_has_no_name_and_is_private() {
        use std::os::unix::fs::MetadataExt as _;
        let metadata = unnamed().unwrap().metadata().unwrap();
        assert_eq!((metadata.nlink(), metadata.mode() & 0o777), (0, 0o600));
    }

    proptest! {
        #[test]
        fn what_is_put_aside_comes_back_in_any_order(
            room in 0..2000_usize,
            texts in prop::collection::vec((0..3000_usize, any::<u8>()), 1..60),
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        ) {
            let spill = Spill::with_room(room);
            let mut places = Vec::new();
            for (index, (length, byte)) in texts.iter().enumerate() {
                places.push(spill.add(&vec![*byte; *length]).unwrap());
                // Reading in between disturbs nothing.
                let earlier = index / 2;
                let (length, byte) = texts[earlier];
                prop_assert_eq!(read(&spill, places[earlier], length), Some(vec![byte; length]));
            }
            for index in order {
                let index = index.index(texts.len());
                let (length, byte) = texts[index];
                prop_assert_eq!(read(&spill, places[index], length), Some(vec![byte; length]));
            }
            prop_assert!(spill.check().is_ok());
        }
    }
}
