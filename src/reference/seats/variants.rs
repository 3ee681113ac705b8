//! The legal variations of the seats contract.

use crate::reference::Variant;

crate::reference::variant::variants! {
    /// A bulk success of the seats is 201; 200 is recommended (SEATS-30).
    SEATS_201 "seats-201" leaves "SEATS-30"
    /// Seat dates have an offset instead of Z.
    SEAT_DATES_WITH_OFFSET "seat-dates-with-offset"
}
