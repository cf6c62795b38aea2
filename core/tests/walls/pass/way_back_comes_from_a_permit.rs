use landfall_core::inventory::Inventory;
use landfall_core::trust::{Permit, WayBack};

fn lead<'a>(permit: &'a Permit, inventory: &Inventory) -> Option<WayBack<'a>> {
    permit.way_back(inventory)
}

fn main() {
    let _ = lead;
}
