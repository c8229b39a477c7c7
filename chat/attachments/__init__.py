"""Files in conversations: `kinds` what may come, `picture` and `renewing` what becomes of a picture, `files` where bytes are kept,
`actions` and `queries` what is written and read. docs/attachments.md explains it."""
