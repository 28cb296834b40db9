//! Texts of a push that are no files: what is written into annotated tags. They stay in the repository as its files do.

use std::borrow::Cow;

use super::super::{Examination, ExamineError};
use crate::git::history::Push;
use crate::report::findings::{Examined, Found, Subject};

impl Examination<'_> {
    /// Secrets in the texts of the annotated tags that are pushed.
    ///
    /// # Errors
    /// [`ExamineError`]
    pub(super) fn of_tags(&self, push: &Push) -> Result<Examined, ExamineError> {
        let mut examined = Examined::default();
        for (tip, tag) in push.tags() {
            let text: Cow<'_, str> = String::from_utf8_lossy(&tag.message);
            let findings = self.secrets_in(&text)?;
            examined.looked.messages += 1;
            for mut found in Found::all_in_text(findings, &text, &Subject::Message) {
                found.reference = Some(tip.pushed.name.clone());
                examined.found.push(found);
            }
        }
        Ok(examined)
    }
}
