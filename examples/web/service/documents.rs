//! The documents: filing, listing page by page, reading, deleting.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::faults::Fault;
use super::sessions::{hex, redirect};
use super::{
    Cabinet, Drawers, NOT_THERE, Problem, Shared, coding, content, field, multipart, news,
};

/// How many of the first documents the page of a member shows.
pub(super) const SHOWN: u64 = 20;

/// The largest file, in bytes.
const LARGEST: usize = 1 << 20;

/// A filed document: what is known about it, and its content.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Document {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) size: usize,
    pub(super) sha256: String,
    pub(super) filed: String,
    #[serde(skip)]
    pub(super) content: Vec<u8>,
}

impl Document {
    fn new(title: &str, name: &str, kind: &str, content: &[u8]) -> Document {
        Document {
            id: String::new(),
            title: title.to_owned(),
            name: name.to_owned(),
            kind: kind.to_owned(),
            size: content.len(),
            sha256: hex(digest(&SHA256, content).as_ref()),
            filed: Timestamp::now().to_string(),
            content: content.to_vec(),
        }
    }

    /// The entity tag of the content.
    pub(super) fn etag(&self) -> String {
        format!("\"{}\"", &self.sha256[..16])
    }
}

/// What a new cabinet contains.
pub(super) fn first() -> [Document; 5] {
    let seal = include_bytes!("../files/seal.png");
    let ledger = "0123456789".repeat(100);
    [
        Document::new(
            "Minutes",
            "minutes.txt",
            "text/plain; charset=utf-8",
            "Present: Zoë.\n".as_bytes(),
        ),
        Document::new(
            "Menu",
            "menu.txt",
            "text/plain; charset=iso-8859-1",
            b"Cr\xe8me br\xfbl\xe9e\n",
        ),
        Document::new("Seal", "seal.png", "image/png", seal),
        Document::new("Tea & <Toast>", "tea.md", "text/markdown", b"# Tea\n"),
        Document::new("Ledger", "ledger.txt", "text/plain", ledger.as_bytes()),
    ]
}

/// The id in a path. One that is no UTF-8 is that of no document.
pub(super) struct Id(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Id, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        Ok(Id(path.map_or_else(|_| String::new(), |Path(id)| id)))
    }
}

impl Cabinet {
    /// Files a document and says so.
    pub(super) fn file(&self, drawers: &mut Drawers, member: &str, new: Document) -> Document {
        drawers.last += 1;
        let id = drawers.last;
        let document = Document {
            id: id.to_string(),
            ..new
        };
        drawers.documents.insert(id, document.clone());
        news::announce(self, drawers, member, "filed", &document);
        document
    }
}

impl Drawers {
    pub(super) fn document(&self, id: &str) -> Result<&Document, Problem> {
        let document = id.parse().ok().and_then(|id: u64| self.documents.get(&id));
        document.ok_or(NOT_THERE)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Page {
    limit: Option<usize>,
    #[serde(default)]
    after: u64,
}

pub(super) async fn list(
    State(cabinet): Shared,
    headers: HeaderMap,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Response, Problem> {
    let mut drawers = cabinet.open();
    drawers.member(&headers)?;
    let what = "`limit` is a number from 1 to 100, and `after` is the id of a document";
    let Ok(Query(Page { limit, after })) = page else {
        return Err(Problem(StatusCode::BAD_REQUEST, what));
    };
    let limit = limit.unwrap_or(20);
    if !(1..=100).contains(&limit) && !cabinet.has(Fault::LimitUnchecked) {
        return Err(Problem(StatusCode::BAD_REQUEST, what));
    }
    let mut rest = drawers.documents.range(after.saturating_add(1)..);
    let page: Vec<(&u64, &Document)> = rest.by_ref().take(limit).collect();
    let mut links = vec![format!("</documents?limit={limit}>; rel=\"first\"")];
    if let (Some((last, _)), Some(_)) = (page.last(), rest.next()) {
        let overlap = u64::from(cabinet.has(Fault::PageOverlaps) && limit > 1);
        let after = **last - overlap;
        links.push(format!(
            "</documents?limit={limit}&after={after}>; rel=\"next\""
        ));
    }
    let page: Vec<&Document> = page.into_iter().map(|(_, document)| document).collect();
    let answer = coding::coded(&cabinet, &headers, "application/json", json(&page)?);
    Ok(([(header::LINK, links.join(", "))], answer).into_response())
}

/// A value as the text of a body.
pub(super) fn json(value: &impl Serialize) -> Result<Vec<u8>, Problem> {
    let what = "the answer cannot be written";
    serde_json::to_vec(value).map_err(|_| Problem(StatusCode::INTERNAL_SERVER_ERROR, what))
}

pub(super) async fn read(
    State(cabinet): Shared,
    headers: HeaderMap,
    Id(id): Id,
) -> Result<Response, Problem> {
    let mut drawers = cabinet.open();
    if !cabinet.has(Fault::RecordPublic) {
        drawers.member(&headers)?;
    }
    let document = drawers.document(&id)?;
    // Nothing about a document ever changes, except that it is gone.
    let etag = format!("\"record-{}\"", document.id);
    if content::is_known(&cabinet, &headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
    }
    let mut record = serde_json::to_value(document).unwrap_or_default();
    if cabinet.has(Fault::SizeAsText) {
        record["size"] = record["size"].to_string().into();
    }
    Ok(([(header::ETAG, etag)], Json(record)).into_response())
}

pub(super) async fn add(
    State(cabinet): Shared,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut drawers = cabinet.open();
    let member = drawers.member(&headers)?;
    let parts = multipart::parts(field(&headers, header::CONTENT_TYPE), &body);
    let part = |name| parts.iter().flatten().find(|part| part.name == name);
    let text = |name| part(name).and_then(|part| str::from_utf8(&part.content).ok());
    cabinet.check(&mut drawers, &headers, text("csrf"))?;
    if parts.is_none() {
        let what = "documents are filed with a form, as multipart/form-data";
        return Err(Problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, what));
    }
    let title = text("title").filter(|title| !title.is_empty());
    let title = title.or(cabinet.has(Fault::TitleOptional).then_some("Untitled"));
    let file = part("file").filter(|file| file.filename.is_some());
    let (Some(title), Some(file)) = (title, file) else {
        let what = "a document has a title and a file";
        return Err(Problem(StatusCode::UNPROCESSABLE_ENTITY, what));
    };
    if file.content.len() > LARGEST {
        let what = "a file has 1 MiB at most";
        return Err(Problem(StatusCode::PAYLOAD_TOO_LARGE, what));
    }
    let name = file.filename.as_deref().unwrap_or_default();
    let name = match name.rsplit(['/', '\\']).next() {
        Some(name) if !cabinet.has(Fault::FilenameWithPath) => name,
        _ => name,
    };
    let kind = file.kind.as_deref().unwrap_or("application/octet-stream");
    let mut content = file.content.clone();
    if cabinet.has(Fault::ContentMangled) {
        content.retain(|byte| *byte != b'\r');
    }
    let document = cabinet.file(
        &mut drawers,
        member,
        Document::new(title, name, kind, &content),
    );
    let place = [(header::LOCATION, format!("/documents/{}", document.id))];
    Ok((StatusCode::CREATED, place, Json(document)).into_response())
}

pub(super) async fn remove(
    State(cabinet): Shared,
    headers: HeaderMap,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let mut drawers = cabinet.open();
    let member = drawers.member(&headers)?;
    cabinet.check(&mut drawers, &headers, None)?;
    let document = drawers.document(&id)?.clone();
    if !cabinet.has(Fault::DeletedReadable) {
        drawers.documents.retain(|_, other| other.id != document.id);
    }
    news::announce(&cabinet, &mut drawers, member, "deleted", &document);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn short_link(Path(id): Path<u64>) -> Response {
    redirect(StatusCode::MOVED_PERMANENTLY, &format!("/documents/{id}"))
}

pub(super) async fn latest(State(cabinet): Shared) -> Response {
    let drawers = cabinet.open();
    let last = drawers.documents.keys().next_back();
    let place = last.map_or("/documents".to_owned(), |id| format!("/documents/{id}"));
    redirect(StatusCode::FOUND, &place)
}
