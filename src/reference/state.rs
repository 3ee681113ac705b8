//! Everything the deployment remembers between calls. Presence is read-only, so nothing of it is here.

use serde_json::{Value, json};

use crate::reference::autopilot::Devices;
use crate::reference::license::Users;
use crate::reference::seats::Inventory;

/// The state of one deployment.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) inventory: Inventory,
    pub(crate) users: Users,
    pub(crate) devices: Devices,
}

impl State {
    /// The state at the start: nobody holds a seat, both devices have their user.
    pub(crate) fn initial() -> Self {
        Self {
            inventory: Inventory::initial(),
            users: Users::initial(),
            devices: Devices::initial(),
        }
    }

    /// What calls can change, by contract. When a seat was given is left out: it says nothing about who has one.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "seats": self.inventory.holders(),
            "license": self.users.assignments(),
            "autopilot": self.devices.assignments(),
        })
    }
}
