//! `images`: what the pipeline should have built is in its registry before anything is written.

use super::{AbsentImage, Evidence, Hold};

pub(super) fn judge(evidence: &Evidence) -> Option<Hold> {
    let [first, others @ ..] = evidence.absent_images.as_slice() else { return None };
    let AbsentImage { reference, why } = first;
    let more = match others.len() {
        0 => String::new(),
        1 => ", and 1 more image is missing".to_owned(),
        count => format!(", and {count} more images are missing"),
    };
    let why = format!("`{reference}` cannot be pulled: {why}{more}");
    let help = "Build and push it, then run this job again; `image_wait` is how long a deploy waits for it.".to_owned();
    Some(Hold { gate: "images", why, help, opens_by_itself: false })
}
