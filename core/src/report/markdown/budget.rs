//! How the comment's bytes are spent: the dangerous first, and everybody a line before anybody a page. Shows nothing.

/// The forms that one item can take, longest first. The last is its one line.
pub(crate) struct Forms(pub(crate) Vec<String>);

/// Chooses a form for each item, most important first, within the bytes; none for an item left out.
pub(crate) fn spend(items: &[Forms], bytes: usize) -> Vec<Option<usize>> {
    let mut left = bytes;
    let mut chosen: Vec<Option<usize>> = vec![None; items.len()];
    for (at, Forms(forms)) in items.iter().enumerate() {
        let Some(line) = forms.last().filter(|line| line.len() < left) else { break };
        left -= line.len() + 1;
        chosen[at] = Some(forms.len() - 1);
    }
    for (at, Forms(forms)) in items.iter().enumerate() {
        let Some(now) = chosen[at] else { break };
        let room = left + forms[now].len();
        let Some(better) = (0..now).find(|form| forms[*form].len() <= room) else { continue };
        left = room - forms[better].len();
        chosen[at] = Some(better);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(sizes: &[usize]) -> Forms {
        Forms(sizes.iter().map(|size| "x".repeat(*size)).collect())
    }

    #[test]
    fn every_item_has_its_line_before_the_first_has_its_page() {
        let items = [forms(&[50, 5]), forms(&[50, 5]), forms(&[50, 5])];
        assert_eq!(spend(&items, 70), [Some(0), Some(1), Some(1)]);
    }

    #[test]
    fn the_least_important_is_left_out() {
        let items = [forms(&[50, 5]), forms(&[50, 5])];
        assert_eq!(spend(&items, 8), [Some(1), None]);
    }
}
