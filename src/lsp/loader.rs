//! Loads suites on a thread of its own, so that a large one does not keep the client waiting.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender, SyncSender};
use std::time::Instant;

use crate::load::{Buffers, load_workspace};
use crate::lsp::event::{Event, Loaded};
use crate::lsp::index::{FileIndex, Role};
use crate::lsp::suite::Suite;

/// What to load.
#[derive(Debug)]
pub(crate) struct Job {
    /// The directory of the suite.
    pub(crate) root: PathBuf,
    /// The texts of open buffers.
    pub(crate) buffers: Buffers,
    /// The names that were read before: files that did not change are not read again.
    pub(crate) known: Suite,
}

/// Starts the thread. It ends with the sender of its jobs.
pub(crate) fn start(events: SyncSender<Event>) -> std::io::Result<Sender<Job>> {
    let (jobs, received) = mpsc::channel::<Job>();
    std::thread::Builder::new()
        .name("loader".into())
        .spawn(move || {
            for job in received {
                let root = job.root.clone();
                let loaded = std::panic::catch_unwind(|| load(job)).ok().map(Box::new);
                if events.send(Event::Loaded(root, loaded)).is_err() {
                    return;
                }
            }
        })?;
    Ok(jobs)
}

fn load(job: Job) -> Loaded {
    let started = Instant::now();
    let workspace = load_workspace(&job.root, &job.buffers);
    let mut files = BTreeMap::new();
    for file in workspace.sources.files() {
        let path = PathBuf::from(&*file.name);
        let known = job
            .known
            .files
            .get(&path)
            .filter(|known| *known.text == *file.text);
        let index = known.cloned().unwrap_or_else(|| {
            let role = Role::of(&job.root, &path);
            Arc::new(FileIndex::read(role, &path, (&*file.text).into()))
        });
        files.insert(path, index);
    }
    Loaded {
        suite: Suite {
            root: job.root,
            files,
        },
        sources: workspace.sources,
        diagnostics: workspace.diagnostics,
        digests: workspace.digests,
        buffers: job.buffers,
        took: started.elapsed(),
    }
}
