fn default<T: Default>() {}

fn main() {
    default::<landfall_core::trust::Permit>();
}
