//! Questions to whoever sits at the terminal, and what may be written without asking.

use std::io::{BufRead, Write};

use crate::setup::{Change, Proposal, ProposedFile, Way, WorkflowFile};

/// Who says yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Consent {
    /// Whoever sits at the terminal, asked file by file where something is replaced.
    Asked,
    /// `--yes`: to new files.
    New,
    /// `--force`: to everything.
    All,
    /// Nobody.
    None,
}

/// Somebody who can be asked: lines in, words out.
pub(super) struct Dialogue<R, W> {
    /// What they type.
    pub(super) hear: R,
    /// What they see.
    pub(super) say: W,
}

impl<R: BufRead, W: Write> Dialogue<R, W> {
    /// The answer to a question, without white space around it; empty where nobody answers.
    fn ask(&mut self, question: &str) -> std::io::Result<String> {
        self.say.write_all(question.as_bytes())?;
        self.say.flush()?;
        let mut line = String::new();
        self.hear.read_line(&mut line)?;
        Ok(line.trim().to_ascii_lowercase())
    }

    /// True for a clear yes only.
    fn agrees(&mut self, question: &str) -> std::io::Result<bool> {
        self.ask(&format!("{question} [y/N] ")).map(|answer| answer == "y" || answer == "yes")
    }

    /// The way to deploy, where two are possible.
    pub(super) fn way(&mut self, found: Option<&WorkflowFile>) -> std::io::Result<Way> {
        let other = Way::Workflow(found.cloned().unwrap_or_default());
        let file = found.map_or_else(|| "a new deploy.yml".to_owned(), |file| format!("{}, which is there", file.as_str()));
        let usual = if found.is_some() { "2" } else { "1" };
        let question = format!(
            "How is this repository deployed?\n  1  here: the job that asks the gates goes on with your command\n  2  workflow: the gate starts {file}, which keeps the secrets of an environment\n1 or 2? [{usual}] "
        );
        loop {
            match self.ask(&question)?.as_str() {
                "" if found.is_some() => return Ok(other),
                "2" | "workflow" => return Ok(other),
                "" | "1" | "here" => return Ok(Way::Here),
                _ => {}
            }
        }
    }

    /// The files that may be written.
    pub(super) fn choose<'a>(&mut self, proposal: &'a Proposal, consent: Consent) -> std::io::Result<Vec<&'a ProposedFile>> {
        let of = |change: Change| proposal.files.iter().filter(move |file| file.change == change).collect::<Vec<_>>();
        let (new, other) = (of(Change::Create), of(Change::Replace));
        let mut chosen = Vec::new();
        if !new.is_empty() && self.allows_new(consent, &new)? {
            chosen.extend(new);
        }
        for file in other {
            let yes = match consent {
                Consent::All => true,
                Consent::Asked => self.agrees(&format!("Replace {}, which is there?", file.path))?,
                Consent::New | Consent::None => false,
            };
            if yes {
                chosen.push(file);
            }
        }
        Ok(chosen)
    }

    fn allows_new(&mut self, consent: Consent, new: &[&ProposedFile]) -> std::io::Result<bool> {
        match consent {
            Consent::New | Consent::All => Ok(true),
            Consent::None => Ok(false),
            Consent::Asked => {
                let paths = new.iter().map(|file| file.path.as_str()).collect::<Vec<_>>().join(", ");
                self.agrees(&format!("Write {paths}?"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn dialogue(typed: &str) -> Dialogue<Cursor<&[u8]>, Vec<u8>> {
        Dialogue { hear: Cursor::new(typed.as_bytes()), say: Vec::new() }
    }

    fn proposal() -> Proposal {
        let file = |path: &str, change: Change| ProposedFile { path: path.to_owned(), about: "x", text: "new\n".to_owned(), old: None, change };
        let files = vec![
            file("new", Change::Create),
            file("same", Change::Same),
            file("one", Change::Replace),
            file("two", Change::Replace),
            file("yours", Change::Yours),
            file("blocked", Change::Blocked("x".to_owned())),
        ];
        Proposal { files, review: None, notes: Vec::new(), next: Vec::new() }
    }

    fn chosen(typed: &str, consent: Consent) -> (Vec<String>, String) {
        let mut dialogue = dialogue(typed);
        let proposal = proposal();
        let paths = dialogue.choose(&proposal, consent).expect("it can be read").iter().map(|file| file.path.clone()).collect();
        (paths, String::from_utf8(dialogue.say).expect("text"))
    }

    #[test]
    fn i1_only_a_clear_yes_to_a_file_replaces_it() {
        let (paths, said) = chosen("y\nn\nYES\n", Consent::Asked);
        assert_eq!(paths, ["new", "two"]);
        assert_eq!(said, "Write new? [y/N] Replace one, which is there? [y/N] Replace two, which is there? [y/N] ");
        for typed in ["", "\n\n\n", "n\nno\nyep\n", "ja\n"] {
            assert_eq!(chosen(typed, Consent::Asked).0, Vec::<String>::new(), "{typed:?}");
        }
    }

    #[test]
    fn i1_flags_answer_without_a_question() {
        for (consent, expected) in [(Consent::New, vec!["new"]), (Consent::All, vec!["new", "one", "two"]), (Consent::None, Vec::new())] {
            let (paths, said) = chosen("y\ny\ny\n", consent);
            assert_eq!((paths, said.as_str()), (expected.into_iter().map(str::to_owned).collect(), ""), "{consent:?}");
        }
    }

    #[test]
    fn i1_the_way_is_asked_for_until_it_is_understood() {
        let file = WorkflowFile::new("ship.yml").expect("a name");
        for (typed, found, expected) in [
            ("\n", None, Way::Here),
            ("\n", Some(&file), Way::Workflow(file.clone())),
            ("3\nwhat\n2\n", None, Way::Workflow(WorkflowFile::default())),
            ("HERE\n", Some(&file), Way::Here),
            ("", None, Way::Here),
        ] {
            assert_eq!(dialogue(typed).way(found).expect("it can be read"), expected, "{typed:?}");
        }
    }
}
