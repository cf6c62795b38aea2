//! The only crate that knows Kubernetes' API.
