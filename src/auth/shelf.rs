//! Where the processes of one run share a token.
//!
//! `cargo nextest run` starts a process for each case. They would fetch a token each, and a token endpoint
//! that throttles, or that takes a refresh token once only, would not stand it. So the first one leaves the
//! token in a file, and the others wait for it.
//!
//! The file is worth nothing to anybody else: it is encrypted with a key made of the secret that the token
//! is fetched with, which every process of the run has from its environment. Whoever can read the file
//! learns only that there is a token; whoever changes it makes the next process fetch one. Besides, it is its
//! owner's alone (0600, in a folder with 0700), and files of runs that are over go after a day.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::{Value, json};

use crate::auth::Granted;
use crate::model::{ClientAuth, OAuth2, Secret};
use crate::plan::run_id::{NEXTEST_RUN, hex};

/// The largest file that is read, in octets.
const LARGEST: u64 = 256 << 10;

/// A file that nobody wrote to for so long belongs to a run that is over.
const STALE: Duration = Duration::from_hours(24);

/// How long a process waits for another one to fetch the token.
const PATIENCE: Duration = Duration::from_mins(2);

/// How often it looks whether the other one is done.
const LOOK: Duration = Duration::from_millis(5);

/// The place of one identity's token in one run.
#[derive(Clone)]
pub(crate) struct Shelf {
    folder: PathBuf,
    file: String,
    key: [u8; 32],
}

/// The place, while nobody else can use it.
pub(crate) struct LockedPlace {
    file: File,
    key: [u8; 32],
}

impl Shelf {
    /// The shelf of a run that has several processes; `None` when this process is the run.
    pub(crate) fn of_run(target: &str, identity: &str, oauth2: &OAuth2) -> Option<Shelf> {
        let run = std::env::var(NEXTEST_RUN).ok()?;
        Some(Shelf::new(&folder(), &run, target, identity, oauth2))
    }

    fn new(folder: &Path, run: &str, target: &str, identity: &str, oauth2: &OAuth2) -> Shelf {
        let secrets = oauth2.client_secret.iter().chain(&oauth2.refresh_token);
        let secrets: Vec<&str> = secrets.map(Secret::expose).collect();
        let is_post = oauth2.client_auth == ClientAuth::Post;
        let told = json!([
            run,
            target,
            identity,
            oauth2.token_url,
            oauth2.client_id,
            oauth2.parameters,
            is_post
        ]);
        let secret = json!([secrets]).to_string();
        let secret = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let derived = |purpose: &str| {
            let tag = hmac::sign(&secret, format!("{purpose} {told}").as_bytes());
            let mut octets = [0; 32];
            octets.copy_from_slice(tag.as_ref());
            octets
        };
        let name = derived("probity name of a token file");
        Shelf {
            folder: folder.to_owned(),
            file: hex(&name[..16]),
            key: derived("probity key of a token file"),
        }
    }

    /// The place, when it is this process's turn. `None` when there can be none.
    pub(crate) async fn lock(&self) -> Option<LockedPlace> {
        let file = self.open()?;
        let since = SystemTime::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(fs::TryLockError::Error(_)) => return None,
                Err(fs::TryLockError::WouldBlock) => {}
            }
            if since.elapsed().is_ok_and(|waited| waited > PATIENCE) {
                return None;
            }
            tokio::time::sleep(LOOK).await;
        }
        Some(LockedPlace {
            file,
            key: self.key,
        })
    }

    fn open(&self) -> Option<File> {
        make_private(&self.folder)?;
        sweep(&self.folder);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let path = self.folder.join(&self.file);
        let file = options.open(&path).ok()?;
        is_ours(&self.folder, &path, &file)?;
        Some(file)
    }
}

impl LockedPlace {
    /// What another process left, if it can be read with our key.
    pub(crate) fn read(&self) -> Option<Granted> {
        let mut octets = Vec::new();
        let mut file = &self.file;
        file.rewind().ok()?;
        file.take(LARGEST).read_to_end(&mut octets).ok()?;
        let (nonce, sealed) = octets.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let opened = key(self.key)?
            .open_in_place(nonce, Aad::empty(), &mut sealed)
            .ok()?;
        let value: Value = serde_json::from_slice(opened).ok()?;
        let secret = |name: &str| value.get(name)?.as_str().map(Secret::new);
        Some(Granted {
            access_token: secret("access")?,
            refresh_token: secret("refresh"),
            renew_at: match value.get("renew") {
                Some(Value::Null) => None,
                Some(at) => Some(UNIX_EPOCH.checked_add(Duration::from_millis(at.as_u64()?))?),
                None => return None,
            },
        })
    }

    /// Leaves a token for the others. When that fails they fetch one themselves.
    pub(crate) fn write(&self, granted: &Granted) {
        let renew = granted
            .renew_at
            .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let renew = renew.and_then(|since| u64::try_from(since.as_millis()).ok());
        let value = json!({
            "access": granted.access_token.expose(),
            "refresh": granted.refresh_token.as_ref().map(Secret::expose),
            "renew": renew,
        });
        let _ = self.seal(value.to_string().into_bytes());
    }

    fn seal(&self, mut octets: Vec<u8>) -> Option<()> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).ok()?;
        let unique = Nonce::assume_unique_for_key(nonce);
        key(self.key)?
            .seal_in_place_append_tag(unique, Aad::empty(), &mut octets)
            .ok()?;
        let mut file = &self.file;
        file.rewind().ok()?;
        file.set_len(0).ok()?;
        file.write_all(&nonce).ok()?;
        file.write_all(&octets).ok()
    }
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shelf({})", self.folder.join(&self.file).display())
    }
}

fn key(octets: [u8; 32]) -> Option<LessSafeKey> {
    let key = UnboundKey::new(&CHACHA20_POLY1305, &octets).ok()?;
    Some(LessSafeKey::new(key))
}

/// A folder of this user's own: in the run-time directory where the system has one, else beside the
/// temporary files.
fn folder() -> PathBuf {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let runtime = runtime.filter(|path| path.is_absolute() && path.is_dir());
    runtime
        .unwrap_or_else(std::env::temp_dir)
        .join("probity-tokens")
}

/// Makes the folder, or takes it if nobody else can have a hand in it.
fn make_private(folder: &Path) -> Option<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
        let mut builder = fs::DirBuilder::new();
        match builder.mode(0o700).create(folder) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(_) => return None,
        }
        let made = fs::symlink_metadata(folder).ok()?;
        (made.is_dir() && made.mode() & 0o777 == 0o700).then_some(())
    }
    #[cfg(not(unix))]
    {
        fs::create_dir_all(folder).ok()
    }
}

/// Is it the file in the folder, and both of the same user? A link that somebody laid there leads elsewhere,
/// and to one who may do everything a folder of somebody else looks like an own one.
fn is_ours(folder: &Path, path: &Path, file: &File) -> Option<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let opened = file.metadata().ok()?;
        let named = fs::symlink_metadata(path).ok()?;
        let owner = fs::symlink_metadata(folder).ok()?.uid();
        let is_same = named.is_file() && (named.dev(), named.ino()) == (opened.dev(), opened.ino());
        (is_same && opened.uid() == owner).then_some(())
    }
    #[cfg(not(unix))]
    {
        let _ = (folder, path, file);
        Some(())
    }
}

/// Takes away the files of runs that are over.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let written = entry.metadata().and_then(|it| it.modified());
        let age = written.ok().and_then(|at| at.elapsed().ok());
        if age.is_some_and(|age| age > STALE) {
            // Another process may have been faster.
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oauth2(secret: &str) -> OAuth2 {
        OAuth2 {
            token_url: "https://login.example/token".into(),
            client_id: "client".into(),
            client_secret: Some(Secret::new(secret)),
            refresh_token: None,
            parameters: Vec::new(),
            client_auth: ClientAuth::Basic,
        }
    }

    fn granted() -> Granted {
        Granted {
            access_token: Secret::new("an-access-token"),
            refresh_token: Some(Secret::new("a-refresh-token")),
            renew_at: UNIX_EPOCH.checked_add(Duration::from_secs(4_000_000_000)),
        }
    }

    /// A folder that does not exist yet.
    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("probity-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        path
    }

    fn lock(shelf: &Shelf) -> Option<LockedPlace> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(shelf.lock())
    }

    #[test]
    fn what_one_process_leaves_another_with_the_same_secret_finds() {
        let folder = folder("shelf");
        let shelf = |run, secret| Shelf::new(&folder, run, "staging", "a.b", &oauth2(secret));
        let place = lock(&shelf("run", "s3cret")).unwrap();
        assert_eq!(place.read(), None);
        place.write(&granted());
        drop(place);
        assert_eq!(
            lock(&shelf("run", "s3cret")).unwrap().read(),
            Some(granted())
        );
        assert_eq!(lock(&shelf("run", "other")).unwrap().read(), None);
        assert_eq!(lock(&shelf("another run", "s3cret")).unwrap().read(), None);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_file_tells_nobody_else_anything() {
        let folder = folder("sealed");
        let shelf = Shelf::new(&folder, "run", "staging", "a.b", &oauth2("s3cret"));
        lock(&shelf).unwrap().write(&granted());
        let path = folder.join(&shelf.file);
        let octets = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&octets);
        assert!(
            !text.contains("token") && !text.contains("access"),
            "{text}"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
            assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        }
        // Changed by anybody, it is no token any more.
        let mut changed = octets.clone();
        changed[20] ^= 1;
        fs::write(&path, changed).unwrap();
        assert_eq!(lock(&shelf).unwrap().read(), None);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_others_can_write_to_is_not_used() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = folder("open");
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        let shelf = Shelf::new(&folder, "run", "staging", "a.b", &oauth2("s3cret"));
        assert!(lock(&shelf).is_none());
        fs::remove_dir_all(&folder).unwrap();
    }
}
