//! A container registry in memory that conforms to the OCI Distribution specification, as far as its suite looks.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, Response, StatusCode};
use serde_json::{Value, json};

/// The largest manifest that is accepted.
const LIMIT: usize = 8 << 20;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

type Registry = Arc<Mutex<HashMap<String, Repository>>>;
type Answer = Response<Body>;

#[derive(Debug, Default)]
struct Repository {
    blobs: HashMap<String, Bytes>,
    /// By digest: media type and bytes.
    manifests: BTreeMap<String, (String, Bytes)>,
    tags: BTreeMap<String, String>,
    uploads: HashMap<String, Vec<u8>>,
}

/// One request, read completely.
struct Asked {
    method: Method,
    name: String,
    /// What is behind the last part of the path: a tag, a digest, an id.
    reference: String,
    query: HashMap<String, String>,
    content_type: String,
    /// `Content-Range` or `Range`.
    range: Option<String>,
    body: Bytes,
}

/// Serves an empty registry on a free loopback port until the runtime ends.
pub(crate) async fn start() -> std::io::Result<SocketAddr> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let routes = Router::new()
        .fallback(serve)
        .with_state(Registry::default());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(address)
}

async fn serve(State(registry): State<Registry>, request: Request) -> Answer {
    let (head, body) = request.into_parts();
    let field = |name: &str| {
        let value = head.headers.get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let path = head.uri.path().to_owned();
    let Some(path) = path.strip_prefix("/v2/") else {
        return refusal(404, "UNSUPPORTED");
    };
    if path.is_empty() {
        return answer(200, &[], "{}");
    }
    let kinds = [
        "/blobs/uploads/",
        "/blobs/",
        "/manifests/",
        "/tags/",
        "/referrers/",
    ];
    let parts = kinds
        .into_iter()
        .find_map(|kind| Some((path.split_once(kind)?, kind)));
    let Some(((name, reference), kind)) = parts else {
        return refusal(404, "UNSUPPORTED");
    };
    let length = field("content-length").and_then(|text| text.parse().ok());
    if kind == "/manifests/" && length.is_some_and(|length: usize| length > LIMIT) {
        return refusal(413, "SIZE_INVALID");
    }
    let Ok(body) = to_bytes(body, 2 * LIMIT).await else {
        return refusal(413, "SIZE_INVALID");
    };
    let pairs = url::form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes());
    let asked = Asked {
        method: head.method.clone(),
        name: name.to_owned(),
        reference: reference.to_owned(),
        query: pairs.into_owned().collect(),
        content_type: field("content-type").unwrap_or_default(),
        range: field("content-range").or_else(|| field("range")),
        body,
    };
    let mut registry = registry.lock().unwrap();
    match kind {
        "/blobs/uploads/" => uploads(&mut registry, &asked),
        "/blobs/" => blobs(&mut registry, &asked),
        "/manifests/" => manifests(&mut registry, &asked),
        "/tags/" => tags(&registry, &asked),
        _ => referrers(&registry, &asked),
    }
}

fn uploads(registry: &mut HashMap<String, Repository>, asked: &Asked) -> Answer {
    let digest = asked.query.get("digest");
    if asked.method == Method::POST {
        return match (digest, asked.query.get("mount")) {
            (Some(digest), _) => complete(registry, asked, digest, &asked.body),
            (None, Some(digest)) => mount(registry, asked, digest),
            (None, None) => begin(registry, asked),
        };
    }
    let repository = registry.entry(asked.name.clone()).or_default();
    let Some(upload) = repository.uploads.get_mut(&asked.reference) else {
        return refusal(404, "BLOB_UPLOAD_UNKNOWN");
    };
    let starts_at = |range: &String| range.split('-').next()?.parse::<usize>().ok();
    let starts_at = asked.range.as_ref().and_then(starts_at);
    if starts_at.is_some_and(|position| position != upload.len()) {
        return refusal(416, "BLOB_UPLOAD_INVALID");
    }
    match (asked.method.as_str(), digest) {
        ("GET", _) => progress(204, asked, upload.len()),
        ("PATCH", _) => {
            upload.extend_from_slice(&asked.body);
            progress(202, asked, upload.len())
        }
        ("PUT", Some(digest)) => {
            upload.extend_from_slice(&asked.body);
            let content = Bytes::from(upload.clone());
            complete(registry, asked, digest, &content)
        }
        ("DELETE", _) => {
            repository.uploads.remove(&asked.reference);
            answer(204, &[], "")
        }
        _ => refusal(400, "DIGEST_INVALID"),
    }
}

fn begin(registry: &mut HashMap<String, Repository>, asked: &Asked) -> Answer {
    let repository = registry.entry(asked.name.clone()).or_default();
    let id = format!("00000000-0000-4000-8000-{:012x}", repository.uploads.len());
    repository.uploads.insert(id.clone(), Vec::new());
    let place = format!("/v2/{}/blobs/uploads/{id}?state=a%2Fb", asked.name);
    answer(202, &[("Location", &place)], "")
}

fn progress(status: u16, asked: &Asked, length: usize) -> Answer {
    let place = format!(
        "/v2/{}/blobs/uploads/{}?state=c%3D",
        asked.name, asked.reference
    );
    let range = format!("0-{}", length.saturating_sub(1));
    answer(status, &[("Location", &place), ("Range", &range)], "")
}

fn mount(registry: &mut HashMap<String, Repository>, asked: &Asked, digest: &str) -> Answer {
    let from = asked.query.get("from");
    let found = registry.iter().find_map(|(name, repository)| {
        let is_meant = from.is_none_or(|from| from == name);
        repository.blobs.get(digest).filter(|_| is_meant).cloned()
    });
    match found {
        Some(content) => complete(registry, asked, digest, &content),
        None => begin(registry, asked),
    }
}

fn complete(
    registry: &mut HashMap<String, Repository>,
    asked: &Asked,
    digest: &str,
    content: &Bytes,
) -> Answer {
    if digest != digest_of(content) {
        return refusal(400, "DIGEST_INVALID");
    }
    let repository = registry.entry(asked.name.clone()).or_default();
    repository.uploads.remove(&asked.reference);
    repository.blobs.insert(digest.to_owned(), content.clone());
    let place = format!("/v2/{}/blobs/{digest}", asked.name);
    answer(201, &[("Location", &place)], "")
}

fn blobs(registry: &mut HashMap<String, Repository>, asked: &Asked) -> Answer {
    let digest = &asked.reference;
    let blobs = registry.get_mut(&asked.name).map(|one| &mut one.blobs);
    let Some((blobs, content)) = blobs.and_then(|blobs| {
        let content = blobs.get(digest)?.clone();
        Some((blobs, content))
    }) else {
        return refusal(404, "BLOB_UNKNOWN");
    };
    let fields = [
        ("Content-Type", "application/octet-stream"),
        ("Docker-Content-Digest", digest.as_str()),
    ];
    match (asked.method.as_str(), &asked.range) {
        ("DELETE", _) => {
            blobs.remove(digest);
            answer(202, &[], "")
        }
        ("GET", Some(range)) => part(&content, range, &fields),
        _ => content_of(asked, &content, &fields),
    }
}

/// `bytes=0-9`, `bytes=5-` or `bytes=-2` of the content.
fn part(content: &Bytes, range: &str, fields: &[(&str, &str)]) -> Answer {
    let (first, last) = range.trim_start_matches("bytes=").split_once('-').unwrap();
    let size = content.len();
    let (first, last) = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) => (first, last.min(size - 1)),
        (Ok(first), Err(_)) => (first, size - 1),
        (Err(_), Ok(length)) => (size - length, size - 1),
        (Err(_), Err(_)) => (0, size - 1),
    };
    let place = format!("bytes {first}-{last}/{size}");
    let fields = [fields, &[("Content-Range", place.as_str())]].concat();
    answer(206, &fields, content.slice(first..=last))
}

fn content_of(asked: &Asked, content: &Bytes, fields: &[(&str, &str)]) -> Answer {
    if asked.method == Method::HEAD {
        let length = content.len().to_string();
        return answer(
            200,
            &[fields, &[("Content-Length", length.as_str())]].concat(),
            "",
        );
    }
    answer(200, fields, content.clone())
}

fn manifests(registry: &mut HashMap<String, Repository>, asked: &Asked) -> Answer {
    if asked.method == Method::PUT {
        return push(registry, asked);
    }
    let Some(repository) = registry.get_mut(&asked.name) else {
        return refusal(404, "NAME_UNKNOWN");
    };
    let tagged = repository.tags.get(&asked.reference);
    let digest = tagged.unwrap_or(&asked.reference).clone();
    let Some((media_type, content)) = repository.manifests.get(&digest).cloned() else {
        return refusal(404, "MANIFEST_UNKNOWN");
    };
    if asked.method == Method::DELETE {
        if repository.tags.remove(&asked.reference).is_none() {
            repository.manifests.remove(&digest);
            repository.tags.retain(|_, tagged| *tagged != digest);
        }
        return answer(202, &[], "");
    }
    let fields = [
        ("Content-Type", media_type.as_str()),
        ("Docker-Content-Digest", digest.as_str()),
    ];
    content_of(asked, &content, &fields)
}

fn push(registry: &mut HashMap<String, Repository>, asked: &Asked) -> Answer {
    let Ok(manifest) = serde_json::from_slice::<Value>(&asked.body) else {
        return refusal(400, "MANIFEST_INVALID");
    };
    let repository = registry.entry(asked.name.clone()).or_default();
    let layers = manifest["layers"].as_array();
    let mut referred = layers.into_iter().flatten().chain([&manifest["config"]]);
    let is_there = |one: &Value| {
        let digest = one["digest"].as_str().unwrap_or_default();
        repository.blobs.contains_key(digest)
    };
    if !referred.all(is_there) {
        return refusal(404, "MANIFEST_BLOB_UNKNOWN");
    }
    let digest = digest_of(&asked.body);
    if !asked.reference.contains(':') {
        let tag = asked.reference.clone();
        repository.tags.insert(tag, digest.clone());
    } else if asked.reference != digest {
        return refusal(400, "DIGEST_INVALID");
    }
    let media_type = asked.content_type.split(';').next().unwrap_or_default();
    let stored = (media_type.to_owned(), asked.body.clone());
    repository.manifests.insert(digest.clone(), stored);
    let place = format!("/v2/{}/manifests/{digest}", asked.name);
    let mut fields = vec![
        ("Location", place.as_str()),
        ("Docker-Content-Digest", &digest),
    ];
    if let Some(subject) = manifest["subject"]["digest"].as_str() {
        fields.push(("OCI-Subject", subject));
    }
    answer(201, &fields, "")
}

fn tags(registry: &HashMap<String, Repository>, asked: &Asked) -> Answer {
    let Some(repository) = registry.get(&asked.name) else {
        return refusal(404, "NAME_UNKNOWN");
    };
    let last = asked.query.get("last").map_or("", String::as_str);
    let rest: Vec<&String> = repository
        .tags
        .keys()
        .filter(|tag| tag.as_str() > last)
        .collect();
    let most = asked.query.get("n").and_then(|n| n.parse().ok());
    let most: usize = most.unwrap_or(rest.len());
    let listed = &rest[..most.min(rest.len())];
    let body = json!({ "name": asked.name, "tags": listed }).to_string();
    let json = ("Content-Type", "application/json");
    match listed.last().filter(|_| listed.len() < rest.len()) {
        Some(tag) => {
            let place = format!(
                "</v2/{}/tags/list?n={most}&last={tag}>; rel=\"next\"",
                asked.name
            );
            answer(200, &[json, ("Link", &place)], body)
        }
        None => answer(200, &[json], body),
    }
}

fn referrers(registry: &HashMap<String, Repository>, asked: &Asked) -> Answer {
    let digits = asked.reference.strip_prefix("sha256:").unwrap_or_default();
    if digits.len() != 64 {
        return refusal(400, "DIGEST_INVALID");
    }
    let wanted = asked.query.get("artifactType");
    let repository = registry.get(&asked.name);
    let manifests = repository.into_iter().flat_map(|one| &one.manifests);
    let listed = manifests.filter_map(|(digest, (media_type, content))| {
        let manifest: Value = serde_json::from_slice(content).ok()?;
        let own = manifest.get("artifactType");
        let artifact_type = own.unwrap_or(&manifest["config"]["mediaType"]);
        let is_meant = manifest["subject"]["digest"] == asked.reference.as_str()
            && wanted.is_none_or(|wanted| artifact_type == wanted.as_str());
        is_meant.then(|| {
            json!({
                "mediaType": media_type, "digest": digest, "size": content.len(),
                "artifactType": artifact_type, "annotations": manifest["annotations"],
            })
        })
    });
    let listed: Vec<Value> = listed.collect();
    let body = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": listed });
    let mut fields = vec![("Content-Type", INDEX)];
    if wanted.is_some() {
        fields.push(("OCI-Filters-Applied", "artifactType"));
    }
    answer(200, &fields, body.to_string())
}

fn answer(status: u16, fields: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let status = StatusCode::from_u16(status).unwrap();
    let mut answer = Response::builder().status(status);
    for (name, value) in fields {
        answer = answer.header(*name, *value);
    }
    answer.body(body.into()).unwrap()
}

fn refusal(status: u16, code: &str) -> Answer {
    let body = json!({ "errors": [{ "code": code, "message": "refused" }] });
    answer(
        status,
        &[("Content-Type", "application/json")],
        body.to_string(),
    )
}

fn digest_of(content: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, content);
    let digits = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
    format!("sha256:{}", digits.collect::<String>())
}
