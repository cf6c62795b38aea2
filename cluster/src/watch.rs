//! Live copies of whole listings: each is listed once, then kept by one watch. Judges nothing.
//!
//! A watch that ends is taken up where it ended, and listed anew when the server no longer knows that place
//! (Kubernetes API concepts, "Efficient detection of changes").

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use kube::core::WatchEvent;
use landfall_core::manifest::{ObjectId, Resource};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::reader::{Listing, Reader};
use crate::{Error, path};

/// How long one watch lasts. Load balancers cut what is silent for a minute.
const WATCH_SECONDS: u64 = 50;
/// A watch that the server should have ended by now is dead.
const WATCH_SECONDS_MAX: u64 = WATCH_SECONDS + 10;
/// The pause before a place is listed or watched again. Without the right to watch it is listed this often.
const RETRY_MILLISECONDS: u64 = 1_000;
/// Changes that wait to be read, of all listings together.
const CHANGES_MAX: usize = 1_024;

/// Which objects are copied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Their kind.
    pub resource: Resource,
    /// Their namespace; every one when none.
    pub namespace: Option<String>,
    /// A label selector; empty for all.
    pub labels: String,
}

/// Live copies of some places.
pub struct Watch {
    copies: BTreeMap<Place, Copy>,
    changes: mpsc::Receiver<(Place, Change)>,
    /// Ends with this value.
    _tasks: JoinSet<()>,
}

/// What is known of one place.
#[derive(Default)]
struct Copy {
    is_listed: bool,
    objects: BTreeMap<ObjectId, Value>,
    failure: Option<Error>,
}

enum Change {
    Listed(Vec<Value>),
    Now(Box<Value>),
    Gone(Box<Value>),
    /// Listing failed; it is tried again.
    Failed(Error),
}

impl Watch {
    /// Starts to copy, and returns when each place was listed once or could not be.
    pub async fn start(reader: &Reader, places: impl IntoIterator<Item = Place>) -> Self {
        let (send, changes) = mpsc::channel(CHANGES_MAX);
        let mut tasks = JoinSet::new();
        let mut copies = BTreeMap::new();
        for place in places {
            if copies.insert(place.clone(), Copy::default()).is_none() {
                let changes = send.clone();
                tasks.spawn(Keeper { reader: reader.clone(), place, changes }.keep());
            }
        }
        let mut watch = Self { copies, changes, _tasks: tasks };
        while watch.copies.values().any(|copy| !copy.is_listed && copy.failure.is_none()) {
            watch.changed().await;
        }
        watch
    }

    /// Waits for a change, and takes up every change that is known by then.
    pub async fn changed(&mut self) {
        let Some(first) = self.changes.recv().await else { return futures::future::pending().await };
        self.take(first);
        while let Ok(next) = self.changes.try_recv() {
            self.take(next);
        }
    }

    /// Returns the objects of a place as they were last seen; none for a place that is not copied.
    pub fn objects(&self, place: &Place) -> impl Iterator<Item = &Value> {
        self.copies.get(place).into_iter().flat_map(|copy| copy.objects.values())
    }

    /// Returns why a place cannot be copied now; none when it is.
    pub fn failure(&self, place: &Place) -> Option<&Error> {
        self.copies.get(place)?.failure.as_ref()
    }

    fn take(&mut self, (place, change): (Place, Change)) {
        let copy = self.copies.entry(place).or_default();
        match change {
            Change::Failed(error) => copy.failure = Some(error),
            Change::Listed(objects) => {
                let known = |object: Value| Some((ObjectId::of(&object)?, object));
                *copy =
                    Copy { is_listed: true, objects: objects.into_iter().filter_map(known).collect(), failure: None };
            }
            Change::Now(object) => {
                if let Some(id) = ObjectId::of(&object) {
                    copy.objects.insert(id, *object);
                }
            }
            Change::Gone(object) => {
                if let Some(id) = ObjectId::of(&object) {
                    copy.objects.remove(&id);
                }
            }
        }
    }
}

/// One place, and where its changes are told.
struct Keeper {
    reader: Reader,
    place: Place,
    changes: mpsc::Sender<(Place, Change)>,
}

/// There is nothing more to tell: nobody listens, or the server will not serve the place.
struct Over;

impl Keeper {
    async fn keep(self) {
        while self.keep_once().await.is_ok() {
            sleep(Duration::from_millis(RETRY_MILLISECONDS)).await;
        }
    }

    /// Lists the place and watches it until it has to be listed again.
    async fn keep_once(&self) -> Result<(), Over> {
        let place = &self.place;
        let listing = Listing { namespace: place.namespace.as_deref(), labels: &place.labels, fields: "" };
        match self.reader.snapshot(&place.resource, listing).await {
            Ok((objects, version)) => {
                self.tell(Change::Listed(objects)).await?;
                self.follow(version).await
            }
            Err(error) => {
                let is_final = error.refused().is_some_and(|refused| refused.code == 403);
                self.tell(Change::Failed(error)).await?;
                if is_final { Err(Over) } else { Ok(()) }
            }
        }
    }

    /// Watches the place from a version on, for as long as the server knows it.
    async fn follow(&self, mut version: String) -> Result<(), Over> {
        loop {
            let events = self.reader.channel().watch(target(&self.place, &version)).await;
            let Ok(events) = events else { return Ok(()) };
            let mut events = std::pin::pin!(events);
            while let Ok(Some(Ok(event))) = timeout(Duration::from_secs(WATCH_SECONDS_MAX), events.next()).await {
                let change = match event {
                    WatchEvent::Bookmark(bookmark) => {
                        version = bookmark.metadata.resource_version;
                        continue;
                    }
                    WatchEvent::Error(_) => return Ok(()),
                    WatchEvent::Added(object) | WatchEvent::Modified(object) => Change::Now(Box::new(object)),
                    WatchEvent::Deleted(object) => Change::Gone(Box::new(object)),
                };
                if let Change::Now(object) | Change::Gone(object) = &change {
                    object["metadata"]["resourceVersion"].as_str().unwrap_or_default().clone_into(&mut version);
                }
                self.tell(change).await?;
            }
            sleep(Duration::from_millis(RETRY_MILLISECONDS)).await;
        }
    }

    async fn tell(&self, change: Change) -> Result<(), Over> {
        self.changes.send((self.place.clone(), change)).await.map_err(|_| Over)
    }
}

/// Returns the path and query of a watch from a version on.
fn target(place: &Place, version: &str) -> String {
    let seconds = WATCH_SECONDS.to_string();
    let pairs = [
        ("watch", "true"),
        ("allowWatchBookmarks", "true"),
        ("timeoutSeconds", seconds.as_str()),
        ("resourceVersion", version),
        ("labelSelector", &place.labels),
    ];
    let asked: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    format!("{}?{}", path::collection(&place.resource, place.namespace.as_deref()), path::query(&asked))
}
