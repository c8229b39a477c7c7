export const en = {
  title: 'Queue',
  waiting: {
    title: 'Waiting', none: 'Nobody waits.', noneHint: 'New tickets appear here while they wait for an agent.', failed: 'The queue could not be loaded.',
    oldest: 'oldest {{time}}', since: 'waits {{time}}', drag: 'Drag {{number}}', actsFor: 'Acts for {{number}}',
    paused: 'Automatic assignment is switched off: tickets wait until somebody takes them or you give them to an agent.',
    lost: 'The list may be old: it could not be loaded again.',
  },
  reason: {
    paused: 'Assignment is switched off', no_agents: 'There are no agents', nobody_with_skill: 'Nobody knows what it needs',
    only_releaser: 'Only the agent who gave it back could take it', nobody_available: 'Nobody who could take it is available',
    nobody_on_shift: 'Nobody who could take it is on shift', all_at_capacity: 'Everybody who could take it is full', next: 'Is given out next',
  },
  skilled: {
    paused: 'Assignment is switched off', no_agents: 'There are no agents', nobody_with_skill: 'Nobody knows {{skill}}',
    only_releaser: 'Only who gave it back knows {{skill}}', nobody_available: 'Nobody who knows {{skill}} is available',
    nobody_on_shift: 'Nobody who knows {{skill}} is on shift', all_at_capacity: 'Everybody who knows {{skill}} is full', next: 'Is given out next, for {{skill}}',
  },
  act: { give: 'Give to', open: 'Open', giveTo: 'Give {{number}} to', giveAnyway: 'Give it anyway', again: 'Try again', dismiss: 'Close' },
  given: '{{number}} is {{who}}’s now.',
  refused: {
    at_capacity: '{{who}} is full: {{load}} of {{capacity}}.', lacks_skill: '{{who}} does not know {{skill}}.',
    changed: '{{number}} was changed meanwhile. Look at it once more.', gone: '{{number}} does not wait any more: it is {{status}}.', goneTo: '{{number}} does not wait any more: {{who}} has it.',
    not_an_agent: '{{who}} receives no tickets any more.', unreachable: 'The server could not be reached, so it is not known whether this was done.',
  },
  agents: {
    title: 'Agents', none: 'There are no agents yet.', noneHint: 'Whoever has a role that receives tickets appears here.', failed: 'The agents could not be loaded.',
    summary: '{{available}} of {{all}} available', free_one: '{{count}} free place', free_other: '{{count}} free places',
    drop: 'Give to {{who}}: {{load}} of {{capacity}} tickets', load: '{{load}} of {{capacity}}', full: 'full',
    until: 'until {{time}}', next: 'off shift, next {{time}}', off: 'off shift', always: 'always on shift', lacks: 'does not know {{skill}}', gone: 'connection lost {{time}} ago', since: 'offline for {{time}}',
    returns_one: '{{count}} unanswered ticket goes back at {{time}}', returns_other: '{{count}} unanswered tickets go back at {{time}}',
    tickets_one: '{{count}} ticket', tickets_other: '{{count}} tickets', holds: 'Tickets of {{who}}', holdsNone: 'Nothing open.', status: 'Status of {{who}}',
    changed: '{{who}} is {{status}} now.', skill: 'Skill', all: 'All skills', noneKnow: 'Nobody knows this.',
  },
  breaches: {
    title: 'Overdue', none: 'Nothing is overdue.', failed: 'What is overdue could not be loaded.', over: '{{time}} over', level_one: 'escalated once', level_other: 'escalated {{count}} times', now: 'just now',
    nobody: 'nobody has it', told: '{{number}}: {{clock}} is overdue.',
  },
} as const
