"""All writes: `building` drafts and versions, `running` what customers answer."""
