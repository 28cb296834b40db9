//! A command written the one canonical way, with `/` and its own name, so that reading it again gives the same command.

use std::fmt;

use super::command::{Command, Deploy, What};

impl fmt::Display for Command {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "/{}", self.name().as_str())?;
        match self {
            Self::Deploy(deploy) | Self::Plan(deploy) => write_deploy(formatter, deploy),
            Self::Approve { environment, sha } | Self::Confirm { environment, sha } => {
                write!(formatter, " {environment}")?;
                sha.as_ref().map_or(Ok(()), |sha| write!(formatter, " {sha}"))
            }
            Self::Reject { environment, reason } => write!(formatter, " {environment} {}", Quoted(reason.as_str())),
            Self::Lock { environment, reason, expires } => {
                write!(formatter, " {environment}")?;
                if let Some(reason) = reason {
                    write!(formatter, " {}", Quoted(reason.as_str()))?;
                }
                expires.map_or(Ok(()), |expires| write!(formatter, " --for {expires}"))
            }
            Self::Unlock { environment, force } => {
                write!(formatter, " {environment}")?;
                force.as_ref().map_or(Ok(()), |reason| write!(formatter, " --force {}", Quoted(reason.as_str())))
            }
            Self::Status { environment: Some(environment) } | Self::Cancel { environment } => write!(formatter, " {environment}"),
            Self::Status { environment: None } | Self::Help => Ok(()),
        }
    }
}

fn write_deploy(formatter: &mut fmt::Formatter<'_>, deploy: &Deploy) -> fmt::Result {
    write!(formatter, " {}", deploy.environment)?;
    for service in &deploy.services {
        write!(formatter, " {service}")?;
    }
    match &deploy.what {
        What::Head => {}
        What::Ref(name) if name.as_str().is_ascii() => write!(formatter, " --ref {name}")?,
        What::Ref(name) => write!(formatter, " --ref {}", Quoted(name.as_str()))?,
        What::Sha(sha) => write!(formatter, " --sha {sha}")?,
    }
    if let Some(version) = &deploy.version {
        write!(formatter, " --version {version}")?;
    }
    if let Some(reason) = &deploy.reason {
        write!(formatter, " --reason {}", Quoted(reason.as_str()))?;
    }
    if !deploy.parameters.is_empty() {
        formatter.write_str(" --")?;
    }
    for (key, value) in &deploy.parameters {
        write!(formatter, " {key}={}", Quoted(value.as_str()))?;
    }
    Ok(())
}

/// A text in double quotes, `"` and `\` escaped.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "\"{}\"", self.0.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
