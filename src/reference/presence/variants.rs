//! The legal variations of the presence contract.

use crate::reference::Variant;

crate::reference::variant::variants! {
    /// Title ids are JSON numbers.
    NUMERIC_TITLE_IDS "numeric-title-ids"
    /// Presence times end with Z and have three fractional digits.
    ZONED_DATES "zoned-dates"
    /// Titles have no time.
    TITLES_WITHOUT_TIME "titles-without-time"
    /// Records come in reverse order.
    REVERSED_RECORDS "reversed-records"
    /// Users who withhold their presence, or have none stored, get no record; one is recommended (PRESENCE-54).
    WITHHELD_MISSING "withheld-missing" leaves "PRESENCE-54"
    /// An answer about one user is the record itself; an array is recommended (PRESENCE-39).
    LONE_RECORD "lone-record" leaves "PRESENCE-39"
    /// Users whom a filter does not match get a record without devices.
    EMPTIED_RECORDS "emptied-records"
    /// Users without a device have an empty devices array.
    EMPTY_DEVICES "empty-devices"
    /// Presence errors have the other of the two documented bodies.
    XBOX_ERROR_OTHER_KIND "xbox-error-other-kind"
    /// Presence errors have no body.
    XBOX_ERROR_EMPTY "xbox-error-empty"
    /// A presence call without Authorization is refused with 403.
    ANONYMOUS_403 "403-for-anonymous"
}
