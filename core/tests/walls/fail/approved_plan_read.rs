use landfall_core::gate::ApprovedPlan;

fn read<T: serde::de::DeserializeOwned>() {}

fn main() {
    read::<ApprovedPlan>();
}
