use crate::load::target::testing::read;
use crate::model::{LoginBody, LoginGives};

fn target(login: &str) -> Result<crate::model::Target, Vec<String>> {
    let text = format!(
        "name: a\nservices: {{ users: \"https://a.example/v1\" }}\nidentities: {{ demo.reader: {{ login: {login} }} }}"
    );
    read(&text).map(|(target, _)| target)
}

#[test]
fn a_login_is_a_request_to_a_service() {
    let target = target(
        "{ service: users, POST: /login, form: { user: ada, password: \"x${env.TOKEN}\", remember: 1 }, \
         expect: { status: [302, 303], headers: { Location: /home } }, cookie: sid, renew: 10m }",
    )
    .unwrap();
    let login = target.identities["demo.reader"].login.as_ref().unwrap();
    assert!(matches!(&login.gives, LoginGives::Cookie(name) if name == "sid"));
    let login = &login.request;
    assert_eq!(
        (login.method.as_str(), login.url.as_str()),
        ("POST", "https://a.example/v1/login")
    );
    assert_eq!(login.statuses, [302, 303]);
    assert_eq!(
        login.expected_headers,
        [("Location".into(), "/home".into())]
    );
    let LoginBody::Form(fields) = &login.body else {
        panic!()
    };
    assert_eq!(fields[1].1.expose(), "xs3cret");
    let secrets: Vec<&str> = target
        .secrets
        .iter()
        .map(crate::redact::secret::Secret::expose)
        .collect();
    assert!(secrets.contains(&"xs3cret") && secrets.contains(&"s3cret"));
    assert!(!secrets.contains(&"ada"));
    assert_eq!(
        target.identities["demo.reader"].fetched_field(),
        Some("Cookie")
    );
}

#[test]
fn a_login_of_several_requests_uses_what_earlier_ones_capture() {
    let page = "{ service: users, GET: /login, capture: { csrf: { text: true, match: 'v=\"(.+)\"' }, id: $.id } }";
    let login = |last: &str| {
        target(&format!(
            "[{page}, {{ service: users, {last}, cookie: sid }}]"
        ))
        .map(|target| target.identities["demo.reader"].login.clone().unwrap())
    };
    let form = login(
        "POST: '/login/${capture.id}', form: { csrf: '${capture.csrf}', token: '${env.TOKEN}' }",
    )
    .unwrap();
    assert_eq!(form.before.len(), 1);
    assert_eq!(form.before[0].captures.len(), 2);
    assert_eq!(form.request.place(), "POST https://a.example/v1/login/…");
    for (last, message) in [
        (
            "POST: /login, form: { a: '${capture.csfr}' }",
            "no earlier request of this login captures `csfr`",
        ),
        (
            "POST: /login, expect: { headers: { Location: '${capture.csrf}' } }",
            "unknown template `${capture.csrf}` in a target",
        ),
        (
            "POST: /login, capture: { csrf: $.a }",
            "`csrf` is captured twice",
        ),
        (
            "POST: /login, capture: { a: 7 }",
            "expected a capture, found the number 7",
        ),
        (
            "POST: /login, capture: { a: { header: A, cookie: b } }",
            "expected a capture, found an object",
        ),
        (
            "POST: /login, capture: { a: { text: true, match: '(' } }",
            "invalid regular expression `(`",
        ),
    ] {
        assert_eq!(login(last).unwrap_err(), [message], "{last}");
    }
    assert_eq!(
        target(&format!("[{page}, {page}]")).unwrap_err(),
        [
            "`csrf` is captured twice",
            "`id` is captured twice",
            "expected one of `cookie` and `token` in `login`"
        ]
    );
    let early = "[{ service: users, GET: /a, cookie: b }, { service: users, POST: /c, cookie: d }]";
    assert_eq!(
        target(early).unwrap_err(),
        ["`cookie` in a request of a login before the last one"]
    );
    let outside = "{ service: users, POST: '/${capture.a}', cookie: b }";
    assert_eq!(
        target(outside).unwrap_err(),
        ["no earlier request of this login captures `a`"]
    );
}

#[test]
fn a_password_in_the_file_is_a_secret() {
    for body in [
        "form: { Password: hunter22 }",
        "json: { auth: [{ api_key: hunter22 }] }",
    ] {
        let login = format!("{{ service: users, PUT: /s, {body}, token: $.t }}");
        let secrets = target(&login).unwrap().secrets;
        assert!(
            secrets.iter().any(|secret| secret.expose() == "hunter22"),
            "{body}"
        );
    }
    let short = target("{ service: users, POST: /s, form: { password: abc }, cookie: a }");
    assert_eq!(
        short.unwrap_err(),
        ["the value of `password` is too short to be redacted in reports"]
    );
}
