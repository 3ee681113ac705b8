#!/usr/bin/env bash
# Fills the corpus of each target from files that are in the tree.
set -euo pipefail
cd "$(dirname "$0")/.."
into() {
  mkdir -p "fuzz/corpus/$1"
  cat > "fuzz/corpus/$1/$(sha1sum <<<"$2" | cut -c1-16)"
}

find cases tests/invalid -name '*.yaml' | while read -r file; do
  case "$file" in
    *contract*.yaml) { echo "=== cases/things/contract.yaml"; cat "$file"; } | into suite "$file" ;;
    *) into suite "$file" < "$file" ;;
  esac
done
grep -rhoE '\$\{[^}]*\}+' cases tests/invalid | sort -u | while read -r hole; do
  printf '%s' "$hole" | into template "$hole"
done
for hole in '${uuid()}' '${now(+1h, unix-ms)}' '${random-int(-1, 6)}' '${run.id}' '${var.v}' \
  "\${hmac-sha256('it''s', concat(base64(capture.id), json(repeat(1, 3)), hex('a')))}" '$${now()}'; do
  printf '%s' "$hole" | into template "$hole"
done
for marker in '"<number 1..5>"' '{"a":"<more-than $[0].a>"}' '"<date-time within 5m of 2026-01-31T12:00:00Z>"' '"<string 1..3>"'; do
  { printf '%s\0' "$marker"; printf '[{"a":1},"b",null,1.5]'; } | into judge "$marker"
done
bodies() {
  find tests/bodies -name '*.json'
}
bodies | while read -r file; do
  into document "$file" < "$file"
  { cat "$file"; printf '\0'; cat "$file"; } | into differ "$file"
  { cat "$file"; printf '\0'; cat "$file"; } | into judge "$file"
  { echo '$..*'; cat "$file"; } | into selector "$file"
  { printf '\3HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n' "$(wc -c < "$file")"; cat "$file"; } | into answer "$file"
done
for check in '"<uuid?>"' '"</^a.*z$/>"' '{"<unordered>":[1,"<string>"]}' '{"<each?>":{"a":"<not null>"}}' \
  '{"<contains>":["<one-of a b>"]}' '{"json-exactly":{"a":"<date-time>"}}' \
  '{"select":[{"path":"$[*].a","unique":true,"subset-of":[1,2]}]}' '{"text":"<contains a>"}' \
  '{"schema":{"type":"object","properties":{"a":{"type":"integer","x-requirement":"THINGS-01"}}}}' '{"headers":{"X-A":"<present>"}}'; do
  { printf '%s\0' "$check"; printf '[{"a":1},"b",null,1.5]'; } | into judge "$check"
done
for check in '{"headers":{"Set-Cookie":{"sid":{"value":"<non-empty>","HttpOnly":true,"Path":"/"}}}}' \
  '{"headers":{"Link":{"next":"<present>","last":{"url":"/a","title":"b"}}}}' \
  '{"headers":{"Content-Type":"<media-type a/b; charset=utf-16>"},"text":"<contains a>"}' \
  '{"jsonl":{"each":{"a":1},"count":{"min":1}},"encoded":"identity","bytes":{"length":3,"starts-with":"s"}}'; do
  for body in 'sid=1; HttpOnly; Path=/; Max-Age=0' '</a>; rel="next last"; title="a, \\"b"' 'a/b; charset="utf-16"; x' \
    '{"a":1}\n{"a":2}\n'; do
    { printf '%s\0' "$check"; printf "$body"; } | into judge "$check$body"
  done
done
for path in '$[?@.a>1]' '$..a[-1:]' "\$['a','b'][::2]" '$[?match(@.a,"b.*")]' '$[?count(@.*)==2]'; do
  printf '%s\n{"a":[{"a":2},"b"],"b":null}' "$path" | into selector "$path"
done
xml='<s:a xmlns:s="urn:s" b="1"><c>2</c><!--d--><c>x<![CDATA[y]]></c></s:a>'
for path in '//c[2]/preceding-sibling::*' '(//s:a | //@b)[last()]' "count(//c[. = 2]) + 1" "//*[contains(., 'x')]/.." \
  "substring-before(translate(normalize-space(/), 'a', 'b'), '2')" '/s:a[@b=1]/c[not(text())]'; do
  printf '%s\n%s' "$path" "$xml" | into xpath "$path"
  { printf '{"xml":{"namespaces":{"s":"urn:s"},"select":[{"path":"%s","or-none":true,"each":"<integer>"}]}}\0' "$path"; printf '%s' "$xml"; } | into judge "$path"
done
{ printf '{"xml":{"equals":"<a><b>x</b></a>","well-formed":true}}\0'; printf '%s' "$xml"; } | into judge "$xml"
for answer in 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\nrest' \
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 404 No\r\n\r\nbody' 'HTTP/1.1 204 \r\nX: a\r\n\r\n{}'; do
  printf "\\2$answer" | into answer "$answer"
done
golden() {
  awk 'rules == 2 { print } /^---$/ { rules++ }' "$1"
}
for file in src/report/snapshots/*events-*.snap; do
  golden "$file" | into events "$file"
done
for file in src/recording/writer/snapshots/*a_small_recording.snap; do
  golden "$file" | into har "$file"
done
for file in src/report/snapshots/*statement__tests__json.snap; do
  golden "$file" | into statement "$file"
done
for file in src/report/snapshots/*__tests__json-*.snap; do
  golden "$file" | into report "$file"
done
find reports src -name '*.json' 2>/dev/null | xargs -r grep -l 'probity-report/' | while read -r file; do
  into report "$file" < "$file"
done
for stream in 'data: a\n\n: c\nevent: e\nid: 1\nretry: 5\ndata\ndata: {"a":1}\r\n\r\n' '\357\273\277data:\377\r\r'; do
  printf "\\3$stream" | into server_events "$stream"
done
for secret in '\\\\\\\\' '&amp;' '""""""""' 'open/sesame'; do
  for unit in '\' '&amp;' '%5C' '\u005c' '"' 'open%2F'; do
    { printf '%s\0%s\0' "$secret" "$unit"; printf '{"next":{"left":[{"next":{"file":1}}]}}'; } |
      into slow "$secret$unit"
  done
done
for file in examples/web/cases/*/contract.yaml; do
  { cat "$file"; printf '\0'; sed 's/MUST/SHOULD/' "$file"; printf '\0'; cat "$file"; } | into merge "$file"
done
for file in tests/cli/import/*.yaml examples/web/openapi.yaml tests/prism/*.yaml; do
  into openapi "$file" < "$file"
done
for file in cases/*/*.yaml schemas/presence/*.json; do
  { printf '\2\1'; cat "$file"; } | into editor "$file"
done
printf 'Content-Length: 2\r\n\r\n{}Content-Length: 3\r\n\r\n{]}' | into editor framing
printf '%s' '{"schema":{"type":"object","required":["a"],"properties":{"a":{"type":"string","minLength":1},"b":{"enum":[1]}}},"value":{"a":"x"}}' |
  into generate object
traffic() {
  printf '%s' "$1" | into traffic "$1"
}
traffic "ccurl 'https://a.example/b?c=d' -H 'X-A: 1' -u 'ada:pw' --json '{\"a\": [1]}' --next \"https://a.example/\$HOME\""
traffic 'uGET http://a.example/b/{{id}}
[Options]
retry: 3
HTTP 200
[Captures]
c: jsonpath "$.c"
[Asserts]
jsonpath "$.a[*]" not contains "x"
jsonpath "$.a" toInt == 1
xpath "string(//b)" startsWith "c"
cookie "d[Secure]" exists
'
traffic 'p{"info": {"name": "a"}, "variable": [{"key": "u", "value": "http://a.example"}], "item": [{"name": "b", "request":
{"method": "POST", "url": "{{u}}/b/:c", "body": {"mode": "raw", "raw": "{\"d\": 1}"}}, "event": [{"listen": "test", "script": {"exec":
["const j = pm.response.json();", "pm.test(`e`, () => { if (j.f) { return; } pm.expect(j.g[0]).to.not.eql(/[/]/); });",
"pm.environment.set(\"h\", j.i);", "try { a() } catch (e) {} finally { b = { j } }"]}}]}]}'
traffic 'h{"log": {"version": "1.2", "creator": {"name": "a", "version": "1"}, "entries": [{"startedDateTime":
"2026-11-29T10:00:00Z", "time": 1, "request": {"method": "POST", "url": "http://a.example/b", "headers": [{"name": "Authorization",
"value": "Bearer c"}], "postData": {"mimeType": "application/json", "text": "{\"d\": 1}"}}, "response": {"status": 201, "headers":
[{"name": "Content-Type", "value": "application/json"}], "content": {"mimeType": "application/json", "text": "{\"id\": 7}"}}}]}}'
