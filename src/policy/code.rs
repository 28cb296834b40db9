//! The registry of everything that can be wrong with a policy: one code, one sentence each. A test shows that each has a case.

use serde::{Serialize, Serializer};

/// How bad a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The policy is refused.
    Error,
    /// The policy holds, and asks for less than it should.
    Warning,
}

/// A row of the registry.
#[derive(Clone, Copy, Debug)]
pub struct CodeSpec {
    /// The code.
    pub code: Code,
    /// The code as it is written.
    pub name: &'static str,
    /// One sentence for the documentation.
    pub about: &'static str,
}

macro_rules! codes {
    ($($variant:ident $name:literal $about:literal)*) => {
        /// What kind of fault it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $about] $variant,)*
        }

        /// Every code there is.
        pub const CODES: &[CodeSpec] = &[$(CodeSpec { code: Code::$variant, name: $name, about: $about },)*];
    };
}

codes! {
    Yaml "SG-POLICY-YAML" "The file is not YAML."
    Size "SG-POLICY-SIZE" "The file is larger than 256 KiB."
    Character "SG-POLICY-CHARACTER" "The file holds a control, bidirectional or zero-width character, which hides what a reader sees."
    Documents "SG-POLICY-DOCUMENTS" "The file holds more than one YAML document."
    Depth "SG-POLICY-DEPTH" "The file is nested deeper than any policy needs."
    Aliases "SG-POLICY-ALIASES" "An alias does not resolve, or the aliases together blow the file up."
    Merge "SG-POLICY-MERGE" "A merge key (`<<`) would set keys that are not seen where they hold."
    Tag "SG-POLICY-TAG" "YAML tags (`!…`) have no meaning in a policy."
    DuplicateKey "SG-POLICY-DUPLICATE-KEY" "The same key stands twice in one mapping."
    UnknownKey "SG-POLICY-UNKNOWN-KEY" "A key that does not exist here."
    Later "SG-POLICY-LATER" "A key that this version does not support yet; nothing is ignored silently."
    Type "SG-POLICY-TYPE" "A value of another kind than the key takes, e.g. a list where a string belongs."
    Value "SG-POLICY-VALUE" "A value of the right kind that is not valid: a name, duration, pattern, choice or number."
    Missing "SG-POLICY-MISSING" "A key that must be there is not."
    Version "SG-POLICY-VERSION" "The file is written for another version of the policy format."
    Empty "SG-POLICY-EMPTY" "A list or mapping that must hold something holds nothing."
    DuplicateName "SG-POLICY-DUPLICATE-NAME" "The same name is given twice: to environments, aliases, gates, or in one list."
    Shadow "SG-POLICY-SHADOW" "A name hides something that has this name already."
    UnknownEnv "SG-POLICY-UNKNOWN-ENV" "An environment is named that does not exist."
    UnknownService "SG-POLICY-UNKNOWN-SERVICE" "A service is named that does not exist."
    UnknownTarget "SG-POLICY-UNKNOWN-TARGET" "A target is named that is not in the inventory."
    Cycle "SG-POLICY-CYCLE" "Environments or services wait for each other in a circle."
    Unsatisfiable "SG-POLICY-UNSATISFIABLE" "An approval rule that nobody can satisfy."
    Unreachable "SG-POLICY-UNREACHABLE" "An environment that nobody can ever deploy to."
    Contradiction "SG-POLICY-CONTRADICTION" "Two keys that exclude each other."
    Window "SG-POLICY-WINDOW" "Open hours that do not parse, or a window that never opens."
    Zone "SG-POLICY-ZONE" "A time zone that is not in the IANA database."
    Freeze "SG-POLICY-FREEZE" "A freeze whose dates do not parse, or that ends before it begins."
    Argv "SG-POLICY-ARGV" "A command that is not a list of a program and its arguments."
    Url "SG-POLICY-URL" "A URL that is not a plain https URL."
    Placeholder "SG-POLICY-PLACEHOLDER" "An input of a dispatched workflow names a placeholder that does not exist."
    Prefix "SG-POLICY-PREFIX" "A command prefix that people would write by accident, or that Markdown swallows."
    Loose "SG-POLICY-LOOSE" "Warning: production asks for less than the default."
    LooksLikeProduction "SG-POLICY-LOOKS-LIKE-PRODUCTION" "Warning: an environment is called like production and is not marked as production."
}

impl Code {
    /// The code's row.
    ///
    /// # Panics
    /// Never: the enum and the registry come from one list.
    pub fn spec(self) -> &'static CodeSpec {
        CODES.iter().find(|spec| spec.code == self).expect("the enum and the registry come from one list")
    }

    /// The code as it is written.
    pub fn as_str(self) -> &'static str {
        self.spec().name
    }

    /// Whether it refuses the policy.
    pub fn severity(self) -> Severity {
        match self {
            Self::Loose | Self::LooksLikeProduction => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_written_once_and_explained_in_one_sentence() {
        let mut names: Vec<_> = CODES.iter().map(|spec| spec.name).collect();
        for spec in CODES {
            assert!(spec.name.starts_with("SG-POLICY-") && spec.about.ends_with('.'), "{}", spec.name);
            let words: Vec<_> = spec.name.chars().filter(|c| !(c.is_ascii_uppercase() || *c == '-')).collect();
            assert!(words.is_empty(), "{}", spec.name);
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CODES.len());
    }
}
