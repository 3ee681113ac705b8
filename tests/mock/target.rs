//! The target file that somebody with such a mock would write.

/// The target file for a mock at that URL.
pub(crate) fn target(url: &str) -> String {
    TARGET.replace("MOCK", url)
}

const TARGET: &str = r#"name: stub mock
services:
  seats: MOCK
  presence: MOCK
  graph-v1: MOCK/v1.0
  graph-beta: MOCK/beta
identities:
  seats.admin: { Authorization: Bearer woodgrove-store }
  presence.caller: { Authorization: "XBL3.0 x=77;me" }
  presence.third-party: { Authorization: "XBL3.0 x=78;site" }
  presence.without-xuid: { Authorization: "XBL3.0 x=79;no-claim" }
  license.user-writer: { Authorization: Bearer user-writer }
  license.user-writer-app: { Authorization: Bearer user-writer-app }
  license.directory-writer: { Authorization: Bearer directory-writer }
  license.directory-writer-app: { Authorization: Bearer directory-writer-app }
  license.without-permission: { Authorization: Bearer can-read }
  license.personal: { Authorization: Bearer at-home }
  autopilot.manager: { Authorization: Bearer device-manager }
  autopilot.personal: { Authorization: Bearer at-home }
fixtures:
  seats.product: 9WZDNCRD0001
  seats.sku: "0020"
  seats.unknown-product: 9WZDNCRDNONE
  seats.unknown-sku: "0404"
  seats.offline-product: 9WZDNCRD0002
  seats.offline-sku: "0030"
  seats.user: dana@woodgrove.example
  seats.second-user: eli@woodgrove.example
  seats.third-user: fay@woodgrove.example
  seats.unknown-user: ghost@woodgrove.example
  presence.self: "2535400000000001"
  presence.online: "2535400000000101"
  presence.second-online: "2535400000000102"
  presence.offline: "2535400000000103"
  presence.away: "2535400000000104"
  presence.cloaked: "2535400000000105"
  presence.without-presence: "2535400000000106"
  presence.friend-everyone: "2535400000000201"
  presence.friend-friends-only: "2535400000000202"
  presence.friend-blocked: "2535400000000203"
  presence.stranger-everyone: "2535400000000301"
  presence.stranger-friends-only: "2535400000000302"
  presence.stranger-blocked: "2535400000000303"
  presence.device-type: Xbox360
  presence.second-device-type: WindowsPhone7
  presence.title: 1480660001
  presence.second-title: 1480660009
  license.user: 3d1c6a52-9a7f-4d0e-8b67-0c5f7b1e2a90
  license.direct-sku: 0c266dff-15dd-4b49-8397-2bb16070ed52
  license.user-principal-name: dana@woodgrove.example
  license.unknown-user: 11111111-2222-4333-8444-555555555555
  autopilot.device: b2a7c9d0-4e31-4f7a-9c55-6d1e8f0a3b11
  autopilot.second-device: b2a7c9d0-4e31-4f7a-9c55-6d1e8f0a3b22
  autopilot.unknown-device: b2a7c9d0-4e31-4f7a-9c55-000000000000
  autopilot.user-principal-name: dana@woodgrove.example
  autopilot.addressable-user-name: Dana
  autopilot.group-tag: woodgrove
capabilities: [seats.query-form, license.reads]
permits: [read, write]
cannot:
  autopilot.reads: the mock keeps no state, so that nobody can see that nothing has changed
  seats.reads: the mock keeps no state, so that nobody can see that nothing has changed
"#;
