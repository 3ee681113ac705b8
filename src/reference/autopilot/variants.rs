//! The legal variations of the autopilot contract.

use crate::reference::Variant;

crate::reference::variant::variants! {
    /// The user members of an unassigned device are absent.
    ABSENT_AFTER_UNASSIGN "absent-after-unassign"
    /// The user members of an unassigned device are null.
    NULL_AFTER_UNASSIGN "null-after-unassign"
    /// A device identity is wrapped in a member `value`, as in the page's sample.
    WRAPPED_IDENTITY "wrapped-identity"
    /// The read of a device shows its user as it was at the read before, and at first none.
    LATE_EFFECT "late-effect"
    /// The unassignment of a device without a user is a Graph error.
    UNASSIGN_TWICE_IS_400 "unassign-twice-is-400"
}
