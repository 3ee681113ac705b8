//! A suite that was made of traffic, and what was counted.

/// A suite that was made of traffic.
#[derive(Debug)]
pub struct TrafficSuite {
    /// The files: path in the suite, and text.
    pub files: Vec<(String, String)>,
    /// What was counted.
    pub figures: TrafficFigures,
}

/// What was made of traffic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrafficFigures {
    /// Calls of the source that are in the suite.
    pub calls: usize,
    /// Operations.
    pub operations: usize,
    /// Contracts.
    pub contracts: usize,
    /// Requirements.
    pub requirements: usize,
    /// Cases.
    pub cases: usize,
    /// Steps of which no answer is known.
    pub guesses: usize,
    /// Steps of which the source says more about the answer than they check.
    pub partial: usize,
    /// Cases that create something that nothing in the recording deletes.
    pub not_undone: usize,
    /// Variables of the environment that the target needs, and what each is.
    pub variables: Vec<(String, String)>,
    /// Fixtures without a value.
    pub fixtures_to_fill: usize,
    /// Does the target file say where every service is? Then it is the target of the suite.
    pub has_target: bool,
    /// The base URLs of the services.
    pub urls: Vec<String>,
    /// What was left out, and how often.
    pub left_out: Vec<(usize, String)>,
    /// Files that would contain a secret: nothing may be written.
    pub unsafe_files: Vec<String>,
}
