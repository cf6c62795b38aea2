fn default<T: Default>() {}

fn main() {
    default::<Option<landfall_core::trust::Permit>>();
}
