use landfall_core::id::TargetId;

fn read<T: serde::de::DeserializeOwned>() {}

fn main() {
    read::<TargetId>();
}
