//! Header fields whose values are never shown.

/// Headers that carry credentials whoever sent them.
pub const SENSITIVE: [&str; 5] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
];
