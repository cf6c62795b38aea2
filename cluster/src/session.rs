//! The client of one identity, opened again when its credentials have run out. Does not send.

use std::sync::{Arc, PoisonError, RwLock};

use kube::Client;

use crate::Error;

/// Opens a client with the credentials of this moment: a plugin runs again, a file of a token is read again.
pub(crate) type Open = Arc<dyn Fn() -> Result<Client, Error> + Send + Sync>;

/// A client, and how it is opened again.
#[derive(Clone)]
pub(crate) struct Session {
    open: Open,
    current: Arc<RwLock<Opened>>,
}

/// A client, and how many there were before it.
#[derive(Clone)]
pub(crate) struct Opened {
    pub(crate) client: Client,
    age: usize,
}

impl Session {
    pub(crate) fn new(open: Open) -> Result<Self, Error> {
        let opened = Opened { client: open()?, age: 0 };
        Ok(Self { open, current: Arc::new(RwLock::new(opened)) })
    }

    pub(crate) fn opened(&self) -> Opened {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns a client with newer credentials than one that the server did not know: of many requests that were refused
    /// at once, one opens it.
    pub(crate) fn after(&self, refused: &Opened) -> Result<Opened, Error> {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.age == refused.age {
            *current = Opened { client: (self.open)()?, age: refused.age + 1 };
        }
        Ok(current.clone())
    }
}
