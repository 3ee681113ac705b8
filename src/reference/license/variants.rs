//! The legal variations of the license contract.

use crate::reference::Variant;

crate::reference::variant::variants! {
    /// The reprocessed user has null wherever the metadata allows it.
    NULLABLE_MEMBERS_NULL "nullable-members-null"
    /// The reprocessed user is the page's own sample, placeholders and all (LICENSE-13, -18 and -33 recommend more).
    SAMPLE_USER "sample-user" leaves "LICENSE-13", "LICENSE-18", "LICENSE-33"
    /// The dates of plans and licenses have seven fractional digits.
    FRACTIONAL_DATES "fractional-dates"
    /// The GUIDs of licenses and plans are written in upper case.
    UPPER_CASE_GUIDS "upper-case-guids"
    /// Graph errors spell innerError in lower case.
    LOWER_CASE_INNER_ERROR "lower-case-inner-error"
    /// Graph errors have no innerError.
    NO_INNER_ERROR "no-inner-error"
}
