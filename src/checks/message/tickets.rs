//! Which tickets a message names.

use super::parse::Message;
use crate::domain::Expression;

impl<'a> Message<'a> {
    /// The tickets of this form, anywhere in the message, in order: whole words only, so that `XPAY-12` does not name `PAY-12`.
    pub fn tickets<'b>(&'b self, form: &'b Expression) -> impl Iterator<Item = &'a str> + 'b {
        let text = self.text();
        let is_part = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
        form.places(text).filter_map(move |span| {
            let found = &text[span.start..span.end];
            let joined = is_part(found.chars().next()) && is_part(text[..span.start].chars().next_back());
            let goes_on = is_part(found.chars().next_back()) && is_part(text[span.end..].chars().next());
            (!found.is_empty() && !joined && !goes_on).then_some(found)
        })
    }
}
