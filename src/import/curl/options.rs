//! The options of curl that command lines for APIs have.

/// What an option does to the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Request,
    Header,
    /// `-d`: a text, `@file` without line breaks.
    Data,
    DataRaw,
    DataBinary,
    DataUrlEncode,
    Json,
    Form,
    FormString,
    User,
    Bearer,
    Cookie,
    UserAgent,
    Referer,
    Get,
    Head,
    Location,
    MaxRedirs,
    Url,
    UrlQuery,
    Upload,
    Range,
    MaxTime,
    Next,
    /// It changes nothing that a case is about.
    Nothing,
    /// What the target says, and not a case: why.
    OfTarget,
    /// The version of HTTP, which the target says.
    Version,
    /// It repeats the request.
    Retry,
    /// It changes the request in a way that is not imported.
    Unsupported,
}

/// An option: its letter, its name, whether it takes a value, and what it does.
type Row = (char, &'static str, bool, Meaning);

/// No letter.
const NONE: char = '\0';

#[rustfmt::skip]
const OPTIONS: &[Row] = {
    use Meaning::{Request, Header, Data, DataRaw, DataBinary, DataUrlEncode, Json, Form, FormString, User, Bearer, Cookie, UserAgent, Referer, Get, Head, Location, MaxRedirs, Url, UrlQuery, Upload, Range, MaxTime, Next, Nothing, Version, Retry, OfTarget, Unsupported};
    &[
        ('X', "request", true, Request), ('H', "header", true, Header), ('d', "data", true, Data),
        (NONE, "data-ascii", true, Data), (NONE, "data-raw", true, DataRaw), (NONE, "data-binary", true, DataBinary),
        (NONE, "data-urlencode", true, DataUrlEncode), (NONE, "json", true, Json), ('F', "form", true, Form),
        (NONE, "form-string", true, FormString), ('u', "user", true, User), (NONE, "oauth2-bearer", true, Bearer),
        ('b', "cookie", true, Cookie), ('A', "user-agent", true, UserAgent), ('e', "referer", true, Referer),
        ('G', "get", false, Get), ('I', "head", false, Head), ('L', "location", false, Location),
        (NONE, "location-trusted", false, Location), (NONE, "max-redirs", true, MaxRedirs), (NONE, "url", true, Url),
        (NONE, "url-query", true, UrlQuery), ('T', "upload-file", true, Upload), ('r', "range", true, Range),
        ('m', "max-time", true, MaxTime), (':', "next", false, Next),
        ('s', "silent", false, Nothing), ('S', "show-error", false, Nothing), ('v', "verbose", false, Nothing),
        ('o', "output", true, Nothing), ('O', "remote-name", false, Nothing), ('w', "write-out", true, Nothing),
        ('i', "include", false, Nothing), (NONE, "show-headers", false, Nothing), ('#', "progress-bar", false, Nothing),
        (NONE, "compressed", false, Nothing), ('N', "no-buffer", false, Nothing), ('f', "fail", false, Nothing),
        (NONE, "fail-with-body", false, Nothing), (NONE, "fail-early", false, Nothing), ('4', "ipv4", false, Nothing),
        ('6', "ipv6", false, Nothing), ('0', "http1.0", false, Version), (NONE, "http1.1", false, Version),
        (NONE, "http2", false, Version), (NONE, "http2-prior-knowledge", false, Version), (NONE, "http3", false, Version),
        (NONE, "http3-only", false, Version),
        (NONE, "connect-timeout", true, Nothing), (NONE, "retry", true, Retry), (NONE, "retry-delay", true, Retry),
        (NONE, "retry-all-errors", false, Retry), (NONE, "retry-connrefused", false, Retry),
        (NONE, "retry-max-time", true, Retry), (NONE, "no-progress-meter", false, Nothing),
        ('g', "globoff", false, Nothing), (NONE, "path-as-is", false, Nothing), ('D', "dump-header", true, Nothing),
        ('c', "cookie-jar", true, Nothing), (NONE, "create-dirs", false, Nothing), ('R', "remote-time", false, Nothing),
        ('J', "remote-header-name", false, Nothing), ('Z', "parallel", false, Nothing), (NONE, "tcp-nodelay", false, Nothing),
        ('q', "disable", false, Nothing), (NONE, "no-keepalive", false, Nothing), (NONE, "trace", true, Nothing),
        (NONE, "trace-ascii", true, Nothing), (NONE, "stderr", true, Nothing), (NONE, "basic", false, Nothing),
        (NONE, "tlsv1.2", false, Nothing), (NONE, "tlsv1.3", false, Nothing), ('1', "tlsv1", false, Nothing),
        (NONE, "limit-rate", true, Nothing), ('y', "speed-time", true, Nothing), ('Y', "speed-limit", true, Nothing),
        (NONE, "expect100-timeout", true, Nothing), ('j', "junk-session-cookies", false, Nothing),
        (NONE, "ssl-no-revoke", false, Nothing), (NONE, "proto", true, Nothing), (NONE, "proto-default", true, Nothing),
        ('k', "insecure", false, OfTarget), ('x', "proxy", true, OfTarget), ('U', "proxy-user", true, OfTarget),
        (NONE, "noproxy", true, OfTarget), (NONE, "cacert", true, OfTarget), (NONE, "capath", true, OfTarget),
        ('E', "cert", true, OfTarget), (NONE, "key", true, OfTarget), (NONE, "pass", true, OfTarget),
        (NONE, "cert-type", true, OfTarget), (NONE, "key-type", true, OfTarget), (NONE, "ciphers", true, OfTarget),
        (NONE, "resolve", true, OfTarget), (NONE, "connect-to", true, OfTarget), (NONE, "unix-socket", true, OfTarget),
        (NONE, "interface", true, OfTarget), (NONE, "socks5", true, OfTarget), (NONE, "socks5-hostname", true, OfTarget),
        ('n', "netrc", false, OfTarget), (NONE, "netrc-file", true, OfTarget),
        (NONE, "digest", false, Unsupported), (NONE, "ntlm", false, Unsupported), (NONE, "negotiate", false, Unsupported),
        (NONE, "anyauth", false, Unsupported), (NONE, "aws-sigv4", true, Unsupported), ('K', "config", true, Unsupported),
        (NONE, "request-target", true, Unsupported), ('z', "time-cond", true, Unsupported),
        ('C', "continue-at", true, Unsupported), (NONE, "etag-save", true, Unsupported),
        (NONE, "etag-compare", true, Unsupported), (NONE, "variable", true, Unsupported),
        (NONE, "expand-url", true, Unsupported), (NONE, "expand-data", true, Unsupported),
        (NONE, "expand-header", true, Unsupported),
    ]
};

/// An option by its letter.
pub(crate) fn by_letter(letter: char) -> Option<(bool, Meaning)> {
    let mut rows = OPTIONS.iter().filter(|row| row.0 != NONE);
    rows.find(|row| row.0 == letter).map(|row| (row.2, row.3))
}

/// An option by its name without `--`.
pub(crate) fn by_name(name: &str) -> Option<(bool, Meaning)> {
    let find = |name: &str| OPTIONS.iter().find(|row| row.1 == name);
    if let Some(row) = find(name) {
        return Some((row.2, row.3));
    }
    // `--no-silent` undoes what is the default here.
    let rest = name.strip_prefix("no-")?;
    let row = find(rest).filter(|row| !row.2)?;
    Some((
        false,
        if row.3 == Meaning::Location {
            Meaning::Unsupported
        } else {
            Meaning::Nothing
        },
    ))
}

/// The names of all options, for suggestions.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    OPTIONS.iter().map(|row| row.1)
}
