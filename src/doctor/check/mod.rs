//! The checks: each looks at one side of the material and adds what it found. None of them stops another.

mod branches;
mod deploy;
mod environments;
mod exam;
mod gate;
mod guard;
mod injection;
mod ours;
mod people;
mod pins;
mod policy;
mod token;
mod untrusted;

#[cfg(test)]
mod tests;

pub use branches::branches_in_question;
pub use people::people_in_question;
pub use token::{Dispatching, needed_permissions};

use super::finding::{Diagnosis, Finding};
use super::material::{Asked, Material};
use super::registry;
use exam::Exam;

/// Looks at everything.
pub fn examine(material: &Material) -> Diagnosis {
    let mut diagnosis = Diagnosis::default();
    match &material.server {
        Asked::Yes(_) => {}
        Asked::No(why) => diagnosis.add(Finding::new(&registry::SERVER_NOT_ASKED, format!("only the files were looked at: {why}"))),
        Asked::Failed(why) => {
            let finding = Finding::new(&registry::SERVER_UNREAD, format!("GitHub could not be asked: {}", why.what));
            diagnosis.add(finding.mend_as(why));
        }
    }
    let exam = Exam::of(material, &mut diagnosis);
    policy::policy(&exam, &mut diagnosis);
    people::people(&exam, &mut diagnosis);
    token::token(&exam, &mut diagnosis);
    environments::environments(&exam, &mut diagnosis);
    branches::branches(&exam, &mut diagnosis);
    gate::gate(&exam, &mut diagnosis);
    guard::guards(&exam, &mut diagnosis);
    untrusted::untrusted(&exam, &mut diagnosis);
    injection::injection(&exam, &mut diagnosis);
    pins::pins(&exam, &mut diagnosis);
    deploy::deploy(&exam, &mut diagnosis);
    diagnosis.sorted()
}
