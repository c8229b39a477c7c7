import i18next from 'i18next'
import { beforeAll, describe, expect, it } from 'vitest'

import { sentence } from '../../src/journeys/sentences'
import type { Problem } from '../../src/journeys/Table'
import { en } from '../../src/journeys/texts/en'
import { fr } from '../../src/journeys/texts/fr'
import { ask, end, graph } from './graphs'

beforeAll(() => i18next.init({ lng: 'en', resources: { en: { journeys: en }, fr: { journeys: fr } }, interpolation: { escapeValue: false } }))

function said(language: 'en' | 'fr', member: string, code: string, more: Partial<Problem> = {}): string {
  return sentence({ node: 'q', code, member, message: 'The server’s words.', level: 'error', ...more }, drawn, i18next.getFixedT(language, 'journeys'))
}

const options = [{ label: 'Yes', value: 'yes' }, { label: 'No', value: 'no.way' }, { label: ' YES', value: 'yes_2' }, { label: 'No', value: 'no' }, { label: 'Maybe', value: 'yes' }]
const ticket = { subject: 'About {{gone}} and {{q}}, {{ other }}', priority: 'soon', category: 'lost', tags: ['x'.repeat(80)] }
const drawn = graph(ask('q', undefined, { questionType: 'single_choice', options, question: '{{nobody}}?' }), { ...end(), action: 'create_ticket', ticket },
  ask('day', 'end', { questionType: 'date' }))

describe('what is wrong', () => {
  it.each([
    ['nextNodeMap.yes', 'option_leads_nowhere', 'The option “Yes” leads nowhere.', 'L’option « Yes » ne mène nulle part.'],
    ['nextNodeMap.no.way', 'option_leads_nowhere', 'The option “No (no.way)” leads nowhere.', 'L’option « No (no.way) » ne mène nulle part.'],
    ['nextNodeMap.no', 'option_leads_nowhere', 'The option “No (no)” leads nowhere.', 'L’option « No (no) » ne mène nulle part.'],
    ['options.2.label', 'label_twice', 'Options 1 and 3 are both called “YES”.', 'Les options 1 et 3 s’appellent toutes deux « YES ».'],
    ['options.4.value', 'option_twice', 'Options 1 and 5 have the same value “yes”.', 'Les options 1 et 5 ont la même valeur « yes ».'],
    ['options', 'missing', 'The question has no options yet.', 'La question n’a pas encore d’options.'],
    ['options.1.label', 'missing', 'Option 2 has no text.', 'Option 2 n’a pas de texte.'],
    ['options.1.value', 'malformed', 'What is given for “Value of option 2” cannot be used.', 'Ce qui est donné pour « Valeur de l’option 2 » est inutilisable.'],
    ['question', 'missing', 'The question has no text.', 'La question n’a pas de texte.'],
    ['question', 'inserts_nothing', '“Question” inserts the answer of a question that is not there: nobody.', '« Question » insère la réponse d’une question qui n’existe pas : nobody.'],
    ['nextNode', 'leads_nowhere', 'Whoever skips this question is led nowhere.', 'Qui passe cette question n’est mené nulle part.'],
    ['rules.1', 'rule_never_true', 'Rule 2 is never true.', 'Règle 2 n’est jamais vraie.'],
    ['rules.0.nextNode', 'missing', 'Rule 1 is not complete.', 'Règle 1 n’est pas complète.'],
    ['rules.0.nextNode', 'unknown_target', '“Rule 1” leads to a step that is not there.', '« Règle 1 » mène à une étape qui n’existe pas.'],
    ['validation.max', 'malformed', 'What is given for “At most” cannot be used.', 'Ce qui est donné pour « Au plus » est inutilisable.'],
    ['submission.brand', 'card_not_described', 'One can come here without being asked this of the card: Brand.', 'On peut arriver ici sans que cela ait été demandé de la carte : Marque.'],
    ['questionType', 'missing', '“Kind of answer” is missing.', '« Sorte de réponse » manque.'],
    ['', 'new_code', 'The server’s words.', 'The server’s words.'],
  ])('%s, %s: %s', (member, code, english, french) => {
    expect([said('en', member, code), said('fr', member, code)]).toEqual([english, french])
  })

  it.each([
    ['ticket.subject', 'inserts_nothing', '“Subject” inserts the answer of a question that is not there: gone, other.'], ['ticket.priority', 'unknown_priority', 'There is no priority “soon”.'],
    ['ticket.category', 'unknown_category', 'There is no category “lost”: tickets will have none.'], ['ticket.tags.0', 'tag_too_long', `The tag “${'x'.repeat(59)}…” is too long: 50 characters at most.`],
    ['ticket.subject', 'missing', 'The ticket has no subject.'], ['ticket.tags.0', 'malformed', 'What is given for “Tag 1” cannot be used.'],
  ])('of an end: %s, %s', (member, code, english) => { expect(said('en', member, code, { node: 'end' })).toBe(english) })

  it('days are called by their bounds', () => { expect(said('en', 'validation.min', 'no_date', { node: 'day' })).toBe('“Not before” is a day that does not exist.') })
  it('of the whole journey', () => { expect(said('en', 'nodes', 'missing', { node: null })).toBe('The journey has no step yet.') })
  it('problems of one question are told apart', () => {
    const all = [...options.slice(0, 4).map(({ value }) => said('en', `nextNodeMap.${value}`, 'option_leads_nowhere')), said('en', 'options.2.label', 'label_twice'), said('en', 'options.3.label', 'label_twice')]
    expect(new Set(all).size).toBe(all.length)
  })
})
