//! The faults of the autopilot contract.

use crate::reference::Fault;

crate::reference::fault::faults! {
    /// The short route of the unassignment is answered with 404.
    ROUTE_A_NOT_SERVED "route-a-not-served" "AUTOPILOT-01"
    /// The route through the deployment profile is answered with 404.
    ROUTE_B_NOT_SERVED "route-b-not-served" "AUTOPILOT-02"
    /// An unassignment without a body is refused.
    AUTOPILOT_BODY_REQUIRED "autopilot-body-required" "AUTOPILOT-03" + "AUTOPILOT-14"
    /// The unassignment answers 200 instead of 204.
    UNASSIGN_IS_200 "unassign-is-200" "AUTOPILOT-04"
    /// The unassignment answers 202 instead of 204.
    UNASSIGN_IS_202 "unassign-is-202" "AUTOPILOT-04"
    /// Bytes follow the head of the 204.
    BODY_ON_204 "body-on-204" "AUTOPILOT-05"
    /// The head of the 204 announces a Content-Length.
    LENGTH_ON_204 "length-on-204" "AUTOPILOT-06"
    /// An unassignment that accepts application/json is answered with 406.
    ACCEPT_JSON_REFUSED "accept-json-refused" "AUTOPILOT-07" + "AUTOPILOT-14"
    /// An unassignment without Authorization is executed.
    AUTOPILOT_ANONYMOUS "autopilot-anonymous" "AUTOPILOT-08"
    /// An unassignment without Authorization is answered with 401, and executed all the same.
    UNASSIGNED_DESPITE_401 "unassigned-despite-401" "AUTOPILOT-08"
    /// An unassignment through the deployment profile is executed without Authorization.
    ROUTE_B_ANONYMOUS "route-b-anonymous" "AUTOPILOT-08"
    /// An unassignment without Authorization is refused with 400.
    AUTOPILOT_ANONYMOUS_IS_400 "autopilot-anonymous-is-400" "AUTOPILOT-09"
    /// The permission DeviceManagementServiceConfig.ReadWrite.All does not suffice.
    SERVICE_CONFIG_REFUSED "service-config-refused" "AUTOPILOT-10" + "AUTOPILOT-14"
    /// A personal account may unassign users.
    AUTOPILOT_PERSONAL_ACCEPTED "autopilot-personal-accepted" "AUTOPILOT-13"
    /// The unassignment of an unknown device is acknowledged.
    UNKNOWN_DEVICE_ACCEPTED "unknown-device-accepted" "AUTOPILOT-14"
    /// An error about devices has its members at the top.
    FLAT_AUTOPILOT_ERROR "flat-autopilot-error" "AUTOPILOT-15"
    /// An error about devices is an HTML page.
    HTML_AUTOPILOT_ERROR "html-autopilot-error" "AUTOPILOT-15"
    /// The unassignment is acknowledged, and the device keeps its user.
    USER_KEPT "user-kept" "AUTOPILOT-16" + "AUTOPILOT-19"
    /// The unassignment puts another user in the place of the one who goes.
    USER_REPLACED "user-replaced" "AUTOPILOT-16" + "AUTOPILOT-19"
    /// The unassignment leaves the addressable name of the user.
    ADDRESSABLE_NAME_KEPT "addressable-name-kept" "AUTOPILOT-17" + "AUTOPILOT-19"
    /// The unassignment clears the group tag of the device as well.
    GROUP_TAG_LOST "group-tag-lost" "AUTOPILOT-18" hindering_undo
    /// The unassignment clears the display name of the device as well.
    DISPLAY_NAME_LOST "display-name-lost" "AUTOPILOT-18" hindering_undo
    /// The unassignment takes the users of all devices.
    EVERY_DEVICE_UNASSIGNED "every-device-unassigned" "AUTOPILOT-18"
    /// The unassignment through the deployment profile has no effect.
    ROUTE_B_WITHOUT_EFFECT "route-b-without-effect" "AUTOPILOT-19"
    /// Every third unassignment is 429, and does not say when to come again.
    AUTOPILOT_THROTTLE_SILENT "autopilot-throttle-silent" "AUTOPILOT-22"
    /// GET on unassignUserFromDevice is served.
    AUTOPILOT_GET_SERVED "autopilot-get-served" "AUTOPILOT-23"
}
