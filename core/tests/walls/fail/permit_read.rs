use landfall_core::trust::Permit;

fn read<T: serde::de::DeserializeOwned>() {}

fn main() {
    read::<Permit>();
}
