//! Where traffic comes from, and where it goes.

/// What a source is.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// The names of its files, for people.
    pub(crate) name: String,
    /// Was it recorded? Then equal requests are one case, and ids of what was created are captured.
    pub(crate) is_recorded: bool,
}

/// A host that calls go to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Service {
    /// Its name.
    pub(crate) name: String,
    /// Its base URL, if it is known.
    pub(crate) url: Option<String>,
}
