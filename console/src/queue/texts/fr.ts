import type { Texts } from '../../i18n/texts'
import type { en } from './en'

export const fr: Texts<typeof en> = {
  title: 'File d’attente',
  waiting: {
    title: 'En attente', none: 'Personne n’attend.', noneHint: 'Les nouveaux tickets apparaissent ici tant qu’ils attendent un agent.', failed: 'La file n’a pas pu être chargée.',
    oldest: 'le plus ancien {{time}}', since: 'attend {{time}}', drag: 'Déplacer {{number}}', actsFor: 'Actions pour {{number}}',
    paused: 'L’attribution automatique est désactivée : les tickets attendent que quelqu’un les prenne ou que vous les confiiez à un agent.',
    lost: 'La liste est peut-être ancienne : elle n’a pas pu être rechargée.',
  },
  reason: {
    paused: 'L’attribution est désactivée', no_agents: 'Il n’y a pas d’agents', nobody_with_skill: 'Personne ne connaît ce qu’il demande',
    only_releaser: 'Seul l’agent qui l’a rendu pourrait le prendre', nobody_available: 'Aucun agent possible n’est disponible',
    nobody_on_shift: 'Aucun agent possible n’est en service', all_at_capacity: 'Tous les agents possibles sont complets', next: 'Sera attribué ensuite',
  },
  skilled: {
    paused: 'L’attribution est désactivée', no_agents: 'Il n’y a pas d’agents', nobody_with_skill: 'Personne ne connaît {{skill}}',
    only_releaser: 'Seul qui l’a rendu connaît {{skill}}', nobody_available: 'Personne qui connaît {{skill}} n’est disponible',
    nobody_on_shift: 'Personne qui connaît {{skill}} n’est en service', all_at_capacity: 'Qui connaît {{skill}} est complet', next: 'Sera attribué ensuite, pour {{skill}}',
  },
  act: { give: 'Confier à', open: 'Ouvrir', giveTo: 'Confier {{number}} à', giveAnyway: 'Confier quand même', again: 'Réessayer', dismiss: 'Fermer' },
  given: '{{number}} est maintenant à {{who}}.',
  refused: {
    at_capacity: '{{who}} est complet : {{load}} sur {{capacity}}.', lacks_skill: '{{who}} ne connaît pas {{skill}}.',
    changed: '{{number}} a changé entre-temps. Regardez-le encore une fois.', gone: '{{number}} n’attend plus : statut {{status}}.', goneTo: '{{number}} n’attend plus : {{who}} l’a.',
    not_an_agent: '{{who}} ne reçoit plus de tickets.', unreachable: 'Le serveur était injoignable : on ne sait pas si cela a été fait.',
  },
  agents: {
    title: 'Agents', none: 'Il n’y a pas encore d’agents.', noneHint: 'Toute personne dont le rôle reçoit des tickets apparaît ici.', failed: 'Les agents n’ont pas pu être chargés.',
    summary: '{{available}} sur {{all}} disponibles', free_one: '{{count}} place libre', free_other: '{{count}} places libres',
    drop: 'Confier à {{who}} : {{load}} tickets sur {{capacity}}', load: '{{load}} sur {{capacity}}', full: 'complet',
    until: 'jusqu’à {{time}}', next: 'hors service, reprise {{time}}', off: 'hors service', always: 'toujours en service', lacks: 'ne connaît pas {{skill}}', gone: 'connexion perdue depuis {{time}}', since: 'hors ligne depuis {{time}}',
    returns_one: '{{count}} ticket sans réponse retourne à {{time}}', returns_other: '{{count}} tickets sans réponse retournent à {{time}}',
    tickets_one: '{{count}} ticket', tickets_other: '{{count}} tickets', holds: 'Tickets de {{who}}', holdsNone: 'Rien d’ouvert.', status: 'Statut de {{who}}',
    changed: '{{who}} est maintenant {{status}}.', skill: 'Compétence', all: 'Toutes les compétences', noneKnow: 'Personne ne la connaît.',
  },
  breaches: {
    title: 'En retard', none: 'Rien n’est en retard.', failed: 'Les retards n’ont pas pu être chargés.', over: '{{time}} de retard', level_one: 'escaladé une fois', level_other: 'escaladé {{count}} fois', now: 'à l’instant',
    nobody: 'personne ne l’a', told: '{{number}} : {{clock}} en retard.',
  },
}
