//! The table of all faults: one entry each, in the order of the contracts and their requirements.

crate::reference::fault::faults! {
    /// POST on the seats of an inventory entry is answered with 405.
    SeatsNotServed "seats-not-served" "SEATS-01"
    /// The SKU of the path is not looked at, so a SKU nobody owns is served.
    SkuNotChecked "sku-not-checked" "SEATS-02"
    /// A path without the SKU is served with the first SKU of the product.
    SegmentOptional "segment-optional" "SEATS-03"
    /// The user names are dropped: the answer is a success about nobody.
    NamesIgnored "names-ignored" "SEATS-04"
    /// A JSON body is refused with 415.
    JsonBodyRefused "json-body-refused" "SEATS-05"
    /// The action assign is refused as unknown.
    AssignRefused "assign-refused" "SEATS-07"
    /// A reclaim looks at the seats as they were at the start, so it finds none to take back.
    StaleState "stale-state" "SEATS-08"
    /// The action reclaim is refused as unknown.
    ReclaimRefused "reclaim-refused" "SEATS-08"
    /// The action must be written in lower case.
    ActionCaseSensitive "action-case-sensitive" "SEATS-09"
    /// Assign with a capital is taken for reclaim.
    PascalAssignReclaims "pascal-assign-reclaims" "SEATS-09"
    /// An unknown action is taken for assign.
    UnknownActionAssigns "unknown-action-assigns" "SEATS-10"
    /// A call without user names is a success about nobody.
    NamelessCallAccepted "nameless-call-accepted" "SEATS-11"
    /// A call without an action is taken for assign.
    MissingActionAssigns "missing-action-assigns" "SEATS-11"
    /// User names with an at sign are refused.
    UpnRefused "upn-refused" "SEATS-12"
    /// Of several user names only the first is processed.
    OnlyFirstName "only-first-name" "SEATS-13"
    /// Of several user names only the first loses its seat.
    ReclaimOnlyFirstName "reclaim-only-first-name" "SEATS-13"
    /// A user of another tenant stands in the result of a call for several.
    ExtraSeatEntry "extra-seat-entry" "SEATS-14"
    /// The first entry of the result stands there twice.
    DuplicateEntry "duplicate-entry" "SEATS-14"
    /// The result stands inside a member `value`.
    WrappedResult "wrapped-result" "SEATS-15"
    /// A list of one seat is given as the seat itself.
    LoneSeatDetails "lone-seat-details" "SEATS-16"
    /// The failed operations are bare user names.
    BareFailedOperations "bare-failed-operations" "SEATS-17"
    /// The failed operations are null if there are none.
    NullFailedOperations "null-failed-operations" "SEATS-17"
    /// An empty list is left out of the result.
    EmptyListLeftOut "empty-list-left-out" "SEATS-18"
    /// The user of a seat is given by the name before the at sign.
    AssignedToAlias "assigned-to-alias" "SEATS-19"
    /// The date of a seat counts seconds since 1970.
    SeatDateEpoch "seat-date-epoch" "SEATS-20"
    /// The state of a seat is `assigned`.
    SeatStateAssigned "seat-state-assigned" "SEATS-21"
    /// The member `state` of a seat is spelled `State`.
    SeatStateSpelling "seat-state-spelling" "SEATS-22"
    /// The product key is one string.
    ProductKeyString "product-key-string" "SEATS-23"
    /// The product key names another SKU than the path.
    OtherSkuInResult "other-sku-in-result" "SEATS-24"
    /// The reason of a failed operation is a number.
    FailureReasonNumber "failure-reason-number" "SEATS-25"
    /// A user nobody knows gets a seat.
    UnknownUserGranted "unknown-user-granted" "SEATS-26"
    /// One unknown user makes the whole call fail with 404.
    UnknownUserFailsCall "unknown-user-fails-call" "SEATS-27"
    /// An inventory entry nobody owns is refused with 400 instead of 404.
    UnknownEntryIs400 "unknown-entry-is-400" "SEATS-28"
    /// The seats success is 202 instead of 200.
    SeatsAccepted "seats-accepted" "SEATS-30"
    /// The seats success is typed text/plain.
    SeatsTextPlain "seats-text-plain" "SEATS-31"
    /// A seats call without a token is executed.
    NoAuthentication "no-authentication" "SEATS-32"
    /// A seats call without a token is answered with 401, and executed all the same.
    RefusedButExecuted "refused-but-executed" "SEATS-32"
    /// A reclaim without a token is executed.
    ReclaimAnonymous "reclaim-anonymous" "SEATS-32"
    /// The 401 of the seats has no WWW-Authenticate.
    ChallengeMissing "challenge-missing" "SEATS-33"
    /// An assigned seat is acknowledged and not stored.
    SeatNotStored "seat-not-stored" "SEATS-34"
    /// A reclaim takes back every seat of the entry, whoever was named.
    ReclaimTakesAll "reclaim-takes-all" "SEATS-34"
    /// The read of one seat shows a seat that was taken back as active.
    SeatReadStale "seat-read-stale" "SEATS-35"
    /// A reclaimed seat is acknowledged and stays active.
    SeatKept "seat-kept" "SEATS-35"
    /// The restricted product gives out more seats than it has.
    RestrictionIgnored "restriction-ignored" "SEATS-36"
    /// A bulk call gives seats of an offline entry too.
    OfflineSeatsGiven "offline-seats-given" "SEATS-38"

    /// POST on /users/batch is answered with 404.
    PresenceNotServed "presence-not-served" "PRESENCE-01"
    /// A presence call is not answered: the connection ends.
    PresenceNoAnswer "presence-no-answer" "PRESENCE-01"
    /// A body with nothing but users is refused.
    UsersAloneRefused "users-alone-refused" "PRESENCE-02"
    /// The limit on users is one too low: 1100 are refused.
    LimitOffByOne "limit-off-by-one" "PRESENCE-03"
    /// More than 1100 users are accepted.
    LimitNotEnforced "limit-not-enforced" "PRESENCE-04"
    /// A body without users is answered with the record of the caller.
    UsersDefaultToCaller "users-default-to-caller" "PRESENCE-05"
    /// A body without users is refused with 404 instead of 400.
    MissingUsersIs404 "missing-users-is-404" "PRESENCE-06"
    /// Malformed JSON is answered with 500.
    MalformedJsonIs500 "malformed-json-is-500" "PRESENCE-07"
    /// A member the contract prohibits is let through.
    UnknownMemberAccepted "unknown-member-accepted" "PRESENCE-08"
    /// A body with a filter is refused unless it has onlineOnly too.
    FilterNeedsOnlineOnly "filter-needs-online-only" "PRESENCE-09"
    /// An empty deviceTypes array selects nobody.
    EmptyDeviceTypesSelectNone "empty-device-types-select-none" "PRESENCE-10"
    /// An empty titles array selects nobody.
    EmptyTitlesSelectNone "empty-titles-select-none" "PRESENCE-11"
    /// The titles filter is compared with device types.
    TitlesAreDeviceTypes "titles-are-device-types" "PRESENCE-12"
    /// Title ids written as JSON numbers are refused.
    NumericTitlesRefused "numeric-titles-refused" "PRESENCE-13"
    /// Title ids written as strings are refused.
    StringTitlesRefused "string-titles-refused" "PRESENCE-14"
    /// The deviceTypes filter is ignored.
    IgnoredFilter "ignored-filter" "PRESENCE-15"
    /// The titles filter is ignored.
    IgnoredTitleFilter "ignored-title-filter" "PRESENCE-16"
    /// Of several values of one filter only the first counts.
    OnlyFirstFilterValue "only-first-filter-value" "PRESENCE-17"
    /// With two filters it is enough to pass one.
    EitherFilter "either-filter" "PRESENCE-18"
    /// The level device is refused as unknown.
    LevelDeviceRefused "level-device-refused" "PRESENCE-19"
    /// The level all is never answered.
    LevelAllHangs "level-all-hangs" "PRESENCE-19"
    /// A level left out means device.
    DefaultLevelDevice "default-level-device" "PRESENCE-20"
    /// A level left out means all.
    DefaultLevelAll "default-level-all" "PRESENCE-20"
    /// An unknown level is taken for title.
    UnknownLevelAccepted "unknown-level-accepted" "PRESENCE-21"
    /// The level is ignored: every answer is as deep as title.
    IgnoredLevel "ignored-level" "PRESENCE-22"
    /// Level device shows titles as well.
    TitlesAtLevelDevice "titles-at-level-device" "PRESENCE-23"
    /// Level title shows no titles.
    NoTitlesAtLevelTitle "no-titles-at-level-title" "PRESENCE-24"
    /// Level title shows activity as well.
    ActivityAtLevelTitle "activity-at-level-title" "PRESENCE-25"
    /// Level all shows no activity.
    NoActivityAtLevelAll "no-activity-at-level-all" "PRESENCE-26"
    /// With onlineOnly, users who are offline are kept.
    OnlineOnlyIgnored "online-only-ignored" "PRESENCE-27"
    /// With onlineOnly, cloaked users are kept.
    CloakedUsersKept "cloaked-users-kept" "PRESENCE-28"
    /// Without onlineOnly, offline users are dropped.
    OfflineUsersDropped "offline-users-dropped" "PRESENCE-29"
    /// onlineOnly false works as true.
    OnlineOnlyFalseFilters "online-only-false-filters" "PRESENCE-30"
    /// onlineOnly false leaves the devices out.
    OnlineOnlyFalsePrunes "online-only-false-prunes" "PRESENCE-30"
    /// The XUID claim of the caller is not asked for.
    ClaimNotChecked "claim-not-checked" "PRESENCE-31"
    /// A presence call without Authorization is answered with records.
    PresenceAnonymous "presence-anonymous" "PRESENCE-32"
    /// A caller who asks about nobody but themselves is answered with 404.
    OwnPresenceIs404 "own-presence-is-404" "PRESENCE-33"
    /// A friend who blocked the caller makes the call fail with 403.
    BlockedFriendIs403 "blocked-friend-is-403" "PRESENCE-34"
    /// A stranger who shows presence to friends only makes the call fail with 403.
    StrangerIs403 "stranger-is-403" "PRESENCE-35"
    /// A third-party site that asks about a user of limited visibility gets 403.
    ThirdPartyIs403 "third-party-is-403" "PRESENCE-36"
    /// Data that the privacy setting withholds is shown.
    PrivacyIgnored "privacy-ignored" "PRESENCE-37"
    /// A third-party site is shown what the privacy setting withholds.
    ThirdPartySeesAll "third-party-sees-all" "PRESENCE-37"
    /// The records stand inside a member `records`.
    WrappedRecords "wrapped-records" "PRESENCE-38"
    /// The presence success ends in the middle of its JSON.
    TruncatedJson "truncated-json" "PRESENCE-38"
    /// The connection ends in the middle of a presence success.
    PresenceCut "presence-cut" "PRESENCE-38"
    /// The Content-Length of a presence success is one octet short.
    PresenceLengthShort "presence-length-short" "PRESENCE-38"
    /// The presence success begins with a byte order mark.
    ByteOrderMark "byte-order-mark" "PRESENCE-38"
    /// The first of several records stands there twice.
    DuplicateRecord "duplicate-record" "PRESENCE-39"
    /// The last of several records has no xuid.
    MissingMember "missing-member" "PRESENCE-40"
    /// When several users are asked for, a record of somebody else comes along.
    ExtraRecord "extra-record" "PRESENCE-40"
    /// Whoever asks about one other user gets the record of the caller.
    LoneUserIsCaller "lone-user-is-caller" "PRESENCE-40"
    /// The xuid of a record is a JSON number.
    NumericXuid "numeric-xuid" "PRESENCE-40"
    /// The state online is called playing.
    StatePlaying "state-playing" "PRESENCE-41"
    /// The state away is called busy.
    StateBusy "state-busy" "PRESENCE-41"
    /// A user on a single device is online without a device record.
    OnlineWithoutDevice "online-without-device" "PRESENCE-42"
    /// A user who was seen lately is offline, and on a device.
    OfflineOnDevice "offline-on-device" "PRESENCE-43"
    /// A user on several devices has a lastSeen too.
    LastSeenWhileOnline "last-seen-while-online" "PRESENCE-44"
    /// The timestamp of lastSeen counts seconds since 1970.
    LastSeenEpoch "last-seen-epoch" "PRESENCE-45"
    /// The type of a device is a number.
    NumericDeviceType "numeric-device-type" "PRESENCE-46"
    /// The titles of a device are an object with the title ids as names.
    TitlesObject "titles-object" "PRESENCE-46"
    /// A title id does not fit into 32 bits.
    WideTitleId "wide-title-id" "PRESENCE-48"
    /// The lastModified of a title is not a date-time.
    BadDate "bad-date" "PRESENCE-49"
    /// The name of a title is null.
    NullTitleName "null-title-name" "PRESENCE-49"
    /// The time of a title is spelled timestamp.
    TitleTimestamp "title-timestamp" "PRESENCE-50"
    /// The placement of a title is `docked`.
    PlacementDocked "placement-docked" "PRESENCE-51"
    /// The state of a title is `running`.
    TitleStateRunning "title-state-running" "PRESENCE-52"
    /// The richPresence of an activity is an object.
    RichPresenceObject "rich-presence-object" "PRESENCE-53"
    /// A user without stored presence makes the call fail with 404.
    NoPresenceIs404 "no-presence-is-404" "PRESENCE-54"
    /// The presence success has no Content-Type.
    MissingContentType "missing-content-type" "PRESENCE-55"
    /// The presence success is typed text/json.
    PresenceTextJson "presence-text-json" "PRESENCE-55"
    /// The Accept header is not looked at.
    AcceptIgnored "accept-ignored" "PRESENCE-56"
    /// Contract version 3 is not supported.
    VersionThreeRefused "version-three-refused" "PRESENCE-57"
    /// The contract version may be left out.
    VersionOptional "version-optional" "PRESENCE-58"
    /// The header X-RequestedServiceVersion is required.
    ServiceVersionRequired "service-version-required" "PRESENCE-60"
    /// A presence error has a body of another kind.
    PresenceErrorShape "presence-error-shape" "PRESENCE-61"
    /// A presence error is one JSON text.
    PresenceErrorText "presence-error-text" "PRESENCE-61"
    /// GET on /users/batch is served with an empty array.
    PresenceGetServed "presence-get-served" "PRESENCE-63"

    /// POST on reprocessLicenseAssignment is answered with 404.
    LicenseNotServed "license-not-served" "LICENSE-01"
    /// Users are found by userPrincipalName only.
    ObjectIdRefused "object-id-refused" "LICENSE-02"
    /// A reprocessing call without a body is refused.
    LicenseBodyRequired "license-body-required" "LICENSE-04"
    /// Reprocessing answers 202 instead of 200.
    WrongStatus "wrong-status" "LICENSE-05"
    /// Every call after the first for the same user answers 202.
    LaterCallIs202 "later-call-is-202" "LICENSE-05"
    /// The user stands inside a member `value`.
    WrappedUser "wrapped-user" "LICENSE-06"
    /// The user stands in an array.
    UserArray "user-array" "LICENSE-06"
    /// Instead of the user there is null.
    NullUser "null-user" "LICENSE-06"
    /// The reprocessed user is typed text/plain.
    LicenseTextPlain "license-text-plain" "LICENSE-07"
    /// The assignedLicenses of the user are null.
    WrongType "wrong-type" "LICENSE-08"
    /// The disabledPlans of a license are null.
    NullDisabledPlans "null-disabled-plans" "LICENSE-09"
    /// The skuId of a license is a number.
    NumericSkuId "numeric-sku-id" "LICENSE-09"
    /// The assignedPlans of the user are null.
    NullAssignedPlans "null-assigned-plans" "LICENSE-10"
    /// The assignedDateTime of a plan is a date without a time.
    PlanDateWithoutTime "plan-date-without-time" "LICENSE-11"
    /// The servicePlanId of a plan is not a GUID.
    ServicePlanName "service-plan-name" "LICENSE-11"
    /// The assignedDateTime of a plan is in another zone than UTC.
    PlanDateInOtherZone "plan-date-in-other-zone" "LICENSE-12"
    /// The capabilityStatus of a plan is `On`.
    CapabilityOn "capability-on" "LICENSE-13"
    /// The businessPhones are null.
    NullPhones "null-phones" "LICENSE-14"
    /// The businessPhones are one string.
    PhonesString "phones-string" "LICENSE-14"
    /// The accountEnabled is a string.
    AccountEnabledString "account-enabled-string" "LICENSE-15"
    /// The city has 129 characters.
    LongCity "long-city" "LICENSE-16"
    /// The displayName is a number.
    DisplayNameNumber "display-name-number" "LICENSE-17"
    /// The id of the user is a number.
    NumericUserId "numeric-user-id" "LICENSE-17"
    /// The id of the user is null.
    NullUserId "null-user-id" "LICENSE-17"
    /// The birthday is null.
    NullBirthday "null-birthday" "LICENSE-17"
    /// The birthday has no zone.
    BirthdayWithoutZone "birthday-without-zone" "LICENSE-17"
    /// The createdDateTime has no zone.
    CreatedWithoutZone "created-without-zone" "LICENSE-17"
    /// The hireDate is null.
    NullHireDate "null-hire-date" "LICENSE-17"
    /// The deviceEnrollmentLimit is null.
    NullEnrollmentLimit "null-enrollment-limit" "LICENSE-17"
    /// The deviceEnrollmentLimit does not fit into 32 bits.
    WideEnrollmentLimit "wide-enrollment-limit" "LICENSE-17"
    /// The otherMails are null.
    NullOtherMails "null-other-mails" "LICENSE-17"
    /// The provisionedPlans are null.
    NullProvisionedPlans "null-provisioned-plans" "LICENSE-17"
    /// The proxyAddresses are null.
    NullProxyAddresses "null-proxy-addresses" "LICENSE-17"
    /// The user of the answer is another one.
    OtherUser "other-user" "LICENSE-18"
    /// The city is left out.
    CityLeftOut "city-left-out" "LICENSE-19"
    /// A reprocessing call without Authorization is executed.
    LicenseAnonymous "license-anonymous" "LICENSE-20"
    /// A reprocessing call without Authorization is answered with 401, and executed all the same.
    ReprocessedDespite401 "reprocessed-despite-401" "LICENSE-20"
    /// A reprocessing call without Authorization is refused with 400.
    LicenseAnonymousIs400 "license-anonymous-is-400" "LICENSE-21"
    /// The permission of the token is not looked at.
    PermissionIgnored "permission-ignored" "LICENSE-22"
    /// The application permission User.ReadWrite.All is refused.
    UserWriterAppRefused "user-writer-app-refused" "LICENSE-23"
    /// The permission Directory.ReadWrite.All is refused.
    DirectoryWriterRefused "directory-writer-refused" "LICENSE-24"
    /// A personal account may reprocess licenses.
    LicensePersonalAccepted "license-personal-accepted" "LICENSE-25"
    /// An unknown user is refused with 400.
    UnknownUserIs400 "unknown-user-is-400" "LICENSE-26"
    /// An unknown user is 200, with an error in the body.
    UnknownUserIs200 "unknown-user-is-200" "LICENSE-26"
    /// An error about licenses has its members at the top.
    FlatLicenseError "flat-license-error" "LICENSE-27"
    /// An error about licenses is an HTML page.
    HtmlLicenseError "html-license-error" "LICENSE-27"
    /// An error about licenses is one JSON text.
    LicenseErrorText "license-error-text" "LICENSE-27"
    /// The code of an error about licenses is a number.
    LicenseErrorCodeNumber "license-error-code-number" "LICENSE-27"
    /// An error about licenses has a string as innerError.
    InnerErrorString "inner-error-string" "LICENSE-28"
    /// Every third reprocessing call is 429, and does not say when to come again.
    LicenseThrottleSilent "license-throttle-silent" "LICENSE-29"
    /// GET on reprocessLicenseAssignment is served.
    LicenseGetServed "license-get-served" "LICENSE-30"
    /// Reprocessing drops the licenses that were assigned directly.
    DirectLicenseLost "direct-license-lost" "LICENSE-31"
    /// Reprocessing enables the plans that were disabled in a direct license.
    DirectPlansEnabled "direct-plans-enabled" "LICENSE-31"
    /// The skuId of a license is not a GUID.
    SkuIdName "sku-id-name" "LICENSE-33"

    /// The short route of the unassignment is answered with 404.
    RouteANotServed "route-a-not-served" "AUTOPILOT-01"
    /// The route through the deployment profile is answered with 404.
    RouteBNotServed "route-b-not-served" "AUTOPILOT-02"
    /// An unassignment without a body is refused.
    AutopilotBodyRequired "autopilot-body-required" "AUTOPILOT-03"
    /// The unassignment answers 200 instead of 204.
    UnassignIs200 "unassign-is-200" "AUTOPILOT-04"
    /// The unassignment answers 202 instead of 204.
    UnassignIs202 "unassign-is-202" "AUTOPILOT-04"
    /// Octets follow the head of the 204.
    BodyOn204 "body-on-204" "AUTOPILOT-05"
    /// The head of the 204 announces a Content-Length.
    LengthOn204 "length-on-204" "AUTOPILOT-06"
    /// An unassignment that accepts application/json is answered with 406.
    AcceptJsonRefused "accept-json-refused" "AUTOPILOT-07"
    /// An unassignment without Authorization is executed.
    AutopilotAnonymous "autopilot-anonymous" "AUTOPILOT-08"
    /// An unassignment without Authorization is answered with 401, and executed all the same.
    UnassignedDespite401 "unassigned-despite-401" "AUTOPILOT-08"
    /// An unassignment through the deployment profile is executed without Authorization.
    RouteBAnonymous "route-b-anonymous" "AUTOPILOT-08"
    /// An unassignment without Authorization is refused with 400.
    AutopilotAnonymousIs400 "autopilot-anonymous-is-400" "AUTOPILOT-09"
    /// The permission DeviceManagementServiceConfig.ReadWrite.All does not suffice.
    ServiceConfigRefused "service-config-refused" "AUTOPILOT-10"
    /// A personal account may unassign users.
    AutopilotPersonalAccepted "autopilot-personal-accepted" "AUTOPILOT-13"
    /// The unassignment of an unknown device is acknowledged.
    UnknownDeviceAccepted "unknown-device-accepted" "AUTOPILOT-14"
    /// An error about devices has its members at the top.
    FlatAutopilotError "flat-autopilot-error" "AUTOPILOT-15"
    /// An error about devices is an HTML page.
    HtmlAutopilotError "html-autopilot-error" "AUTOPILOT-15"
    /// The unassignment is acknowledged, and the device keeps its user.
    UserKept "user-kept" "AUTOPILOT-16"
    /// The unassignment puts another user in the place of the one who goes.
    UserReplaced "user-replaced" "AUTOPILOT-16"
    /// The unassignment leaves the addressable name of the user.
    AddressableNameKept "addressable-name-kept" "AUTOPILOT-17"
    /// The unassignment clears the group tag of the device as well.
    GroupTagLost "group-tag-lost" "AUTOPILOT-18"
    /// The unassignment clears the display name of the device as well.
    DisplayNameLost "display-name-lost" "AUTOPILOT-18"
    /// The unassignment takes the users of all devices.
    EveryDeviceUnassigned "every-device-unassigned" "AUTOPILOT-18"
    /// The unassignment through the deployment profile has no effect.
    RouteBWithoutEffect "route-b-without-effect" "AUTOPILOT-19"
    /// Every third unassignment is 429, and does not say when to come again.
    AutopilotThrottleSilent "autopilot-throttle-silent" "AUTOPILOT-22"
    /// GET on unassignUserFromDevice is served.
    AutopilotGetServed "autopilot-get-served" "AUTOPILOT-23"
}
