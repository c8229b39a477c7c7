import type { Texts } from '../../i18n/texts'
import type { en } from './en'

export const fr: Texts<typeof en> = {
  list: {
    title: 'Parcours', intro: 'Un parcours pose quelques questions aux clients et les mène aux bonnes personnes. Plusieurs peuvent être proposés à la fois.',
    new: 'Nouveau parcours', import: 'Importer', newTitle: 'Nouveau parcours', name: 'Nom', create: 'Créer', none: 'Aucun parcours pour l’instant',
    noneHint: 'Créez-en un : c’est un brouillon jusqu’à sa publication.', nothing: 'Rien ici.', failed: 'Les parcours n’ont pas pu être chargés.',
    published: 'Proposés aux clients', draft: 'Brouillons', archived: 'Archivés', version: 'Version {{number}}', changed: 'modifié : {{when}}',
    audience: { everyone: 'Tout le monde', new: 'Nouveaux clients', returning: 'Clients connus' }, anyLanguage: 'Toutes les langues',
    notJson: 'Ce fichier n’est pas un parcours : ce n’est pas du JSON. Rien n’a été importé.', notJourney: 'Ce fichier n’est pas un parcours : il n’a pas d’étapes (nodes). Rien n’a été importé.', refusedFile: 'Ce fichier n’a pas été importé : {{reason}}',
    tooLarge: 'Ce fichier est trop grand pour un parcours (1 Mo au plus). Rien n’a été importé.', imported: 'Importé comme brouillon.',
    open: 'Ouvrir {{name}}', actions: 'Que faire de {{name}}', copyName: '{{name}} (copie)', readOnly: 'Vous pouvez regarder les parcours, mais pas les modifier.',
  },
  state: { draft: 'Brouillon', published: 'Publié', archived: 'Archivé' },
  saving: {
    saved: 'Enregistré', waiting: 'Enregistrement…', saving: 'Enregistrement…', unreachable: 'Pas de connexion. Gardé sur cet appareil, et enregistré dès qu’il y en aura une.',
    signedOut: 'Votre session est terminée. Ce que vous avez dessiné est gardé sur cet appareil.', signIn: 'Se connecter', now: 'Essayer maintenant',
    refused: 'Non enregistré : {{reason}} Ce que vous avez dessiné est gardé sur cet appareil.', conflict: 'Quelqu’un d’autre a modifié ce brouillon.', compare: 'Comparer',
    recovered: 'Ce que vous aviez dessiné ici n’était pas encore sur le serveur. Le revoici.',
  },
  bar: {
    back: 'Tous les parcours', undo: 'Annuler', redo: 'Rétablir', add: 'Ajouter', preview: 'Aperçu', versions: 'Versions', publish: 'Publier', published: 'Publié',
    more: 'Plus', settings: 'Réglages', export: 'Exporter en JSON', importInto: 'Importer du JSON dans ce brouillon', archive: 'Archiver', restore: 'Restaurer', duplicate: 'Dupliquer le parcours', delete: 'Supprimer',
    keys: 'Clavier', outline: 'Plan', canvas: 'Dessin', figures: 'Chiffres', problems: 'Problèmes', changes: 'Pas encore publié',
    problems_one: '{{count}} problème', problems_other: '{{count}} problèmes', views: 'Ce qui est affiché',
  },
  kind: { question: 'Question', message: 'Message', condition: 'Condition', end: 'Fin', unknown: 'Inconnu' },
  type: {
    single_choice: 'Choix unique', multiple_choice: 'Choix multiple', text: 'Texte', number: 'Nombre', date: 'Date', image_upload: 'Images', gift_card: 'Carte cadeau',
  },
  about: {
    single_choice: 'Choisir une option', multiple_choice: 'Choisir autant d’options que voulu', text: 'Écrire quelques mots', number: 'Donner un nombre', date: 'Donner un jour',
    image_upload: 'Envoyer des images', gift_card: 'Décrire une carte cadeau à vendre', message: 'Dire quelque chose et continuer', condition: 'Continuer selon une réponse précédente',
    end: 'Ouvrir un ticket, vendre une carte, ou simplement dire au revoir',
  },
  action: { create_ticket: 'Ouvre un ticket', sell_gift_card: 'Vend une carte cadeau', none: 'Dit seulement au revoir' },
  priority: { low: 'Basse', normal: 'Normale', high: 'Haute', urgent: 'Urgente' },
  operator: {
    equals: 'est', not_equals: 'n’est pas', in: 'est parmi', contains: 'contient', greater_than: 'est plus que', less_than: 'est moins que', answered: 'a une réponse', not_answered: 'n’a pas de réponse',
  },
  node: {
    untitled: 'Rien d’écrit', start: 'Début', next: 'Suite', otherwise: 'Sinon', skipped: 'Sinon', nowhere: 'nulle part', leadsNowhere: '{{way}} ne mène nulle part', leads: '{{way}} mène à {{to}}',
    asOthers: 'comme sinon', unreached: 'Rien ne mène ici', rule: '{{question}} {{operator}} {{value}}', noQuestion: 'une question', problems_one: '{{count}} problème', problems_other: '{{count}} problèmes',
    optional: 'peut être passée', stops: '{{share}} s’arrêtent ici', reached: '{{count}} venus', completed: '{{count}} terminés', starts: '{{count}} commencés', about: '{{text}} – {{kind}}', chosen: 'choisie',
    step: 'étape', addHere: 'Ajouter une étape à {{way}}', missing: '{{id}}, qui n’existe pas',
  },
  canvas: {
    label: 'Dessin', hint: 'Les flèches suivent les chemins, Entrée modifie, N ajoute, le point d’interrogation montre toutes les touches.', zoomIn: 'Agrandir', zoomOut: 'Réduire', fit: 'Tout montrer',
    way: 'chemin', edge: 'Chemin de {{from}} à {{to}}', insert: 'Ajouter une étape ici', map: 'Vue d’ensemble',
  },
  outline: { label: 'Plan', unreached: 'Hors d’atteinte depuis le début', empty: 'Ce parcours n’a pas encore d’étape.', via: '{{ways}} →', goes: 'Mène à {{to}}' },
  add: { title: 'Ajouter une étape', after: 'Après', apart: 'Rien : à part', way: '{{node}} : {{way}}', questions: 'Demander', others: 'Ou' },
  edit: {
    label: 'Étape', none: 'Choisissez une étape pour la modifier.', several_one: '{{count}} étape choisie.', several_other: '{{count}} étapes choisies.', close: 'Fermer', back: 'Retour aux étapes',
    duplicate: 'Dupliquer', delete: 'Supprimer', setStart: 'Commencer ici', earlier: 'Plus tôt', later: 'Plus tard', kind: 'Sorte d’étape', type: 'Sorte de réponse', question: 'Question', message: 'Message',
    help: 'Aide', helpHint: 'Affichée sous la question.', required: 'Réponse obligatoire', options: 'Options', option: 'Option {{number}}', value: 'Valeur',
    valueHint: 'Ce qui est gardé, comparé et mis dans les tickets.', addOption: 'Ajouter une option', newOption: 'Nouvelle option', remove: 'Retirer {{what}}', up: 'Monter {{what}}', down: 'Descendre {{what}}',
    showValues: 'Modifier les valeurs', leadsTo: '{{what}} mène à', validation: 'Ce qui est accepté', min: 'Au moins', max: 'Au plus', minLength: 'Caractères au moins',
    maxLength: 'Caractères au plus', pattern: 'Modèle', patternHint: 'Une expression régulière (RE2) à laquelle toute la réponse doit correspondre.', maxFiles: 'Images au plus',
    earliest: 'Pas avant', latest: 'Pas après', ways: 'Où elle mène', next: 'Étape suivante', otherwise: 'Sinon', nowhere: 'Nulle part encore', asOthers: 'Comme sinon',
    newStep: 'Nouvelle étape…', byAnswer: 'Chemin propre à une réponse', answer: 'Réponse', addAnswer: 'Ajouter', rules: 'Règles', rulesHint: 'La première qui est vraie décide.', rule: 'Règle {{number}}',
    addRule: 'Ajouter une règle', of: 'Réponse à', comparison: 'Comparaison', compared: 'Valeur', comparedHint: 'Plusieurs : séparez-les par des virgules.', chooseQuestion: 'Choisissez une question', action: 'Ce qui se passe',
    subject: 'Sujet du ticket', category: 'Catégorie', categoryHint: 'Son nom court. La catégorie décide de la compétence requise.', priority: 'Priorité', otherPriority: 'Selon une réponse', priorityAnswer: 'Priorité', tags: 'Étiquettes', tagsHint: 'Séparez-les par des virgules.',
    goodbye: 'Message de fin', submission: 'Quelle question décrit la carte', fromCard: 'La question « carte cadeau »', brand: 'Marque', country: 'Pays', amount: 'Montant',
    insert: 'Insérer une réponse', id: 'Nom dans le fichier', idHint: 'Les autres étapes et les chiffres la connaissent par lui.', idTaken: 'Une autre étape porte ce nom, ou il contient des espaces ou des accolades.',
    number: 'Ce doit être un nombre.', unknown: 'Cette étape est d’une sorte inconnue. Choisissez-en une.',
  },
  problems: {
    none: 'Aucun problème. Il peut être publié.', checking: 'Vérification…', label: 'Problèmes', error: 'Erreur', warning: 'Avertissement', whole: 'Le parcours entier', failed: 'Le brouillon n’a pas pu être vérifié. Il le sera au prochain changement.',
    errors_one: '{{count}} erreur', errors_other: '{{count}} erreurs', warnings_one: '{{count}} avertissement', warnings_other: '{{count}} avertissements', go: 'Montrer',
  },
  problem: {
    no_start: 'L’étape de départ n’existe pas.', unreachable: 'Aucune réponse ne mène ici.', no_end: 'Aucune fin n’est accessible d’ici.',
    endless_circle: 'Elle tourne en rond sans que rien soit demandé.', unknown_target: 'Elle mène à une étape qui n’existe pas.', option_leads_nowhere: 'Une option ne mène nulle part : {{option}}.',
    leads_nowhere: 'Elle ne mène nulle part.', next_never_taken: 'Chaque option a son chemin, l’autre n’est donc jamais pris.', option_twice: 'Deux options ont la même valeur.',
    map_never_taken: 'Aucune réponse ne prend ce chemin : {{key}}.', empty_range: 'Aucune réponse n’est possible entre ces bornes.', no_date: 'Ce jour n’existe pas.', bad_pattern: 'Ce modèle est inutilisable.',
    inserts_nothing: 'Elle insère la réponse d’une question qui n’existe pas.', compares_nothing: 'Une règle compare la réponse d’une question qui n’existe pas.', rule_never_true: 'Une règle n’est jamais vraie.',
    tag_too_long: 'Une étiquette est trop longue : 50 caractères au plus.', unknown_priority: 'Cette priorité n’existe pas.', unknown_category: 'Cette catégorie n’existe pas : les tickets n’en auront aucune.', bad_mapping: 'Cette question ne peut pas dire cela d’une carte.',
    card_not_described: 'On peut arriver ici sans avoir décrit la carte.', photo_of_card: 'Une image peut être demandée en chemin vers une vente : elle pourrait montrer le code de la carte.',
    id_differs: 'Son nom n’est pas celui sous lequel elle est rangée.', unknown_member: 'Elle contient quelque chose qui ne signifie rien : {{member}}.', malformed: '{{member}} : manque, ou n’est pas comme il faut.', too_large: 'Le parcours est trop grand.',
    too_many_nodes: 'Il y a trop d’étapes : 500 au plus.', not_json: 'Ceci ne peut pas être gardé en JSON.',
  },
  member: {
    '': 'Quelque chose', startNode: 'Le début', nodes: 'Les étapes', type: 'La sorte', questionType: 'La sorte de réponse', question: 'La question', help: 'L’aide', message: 'Le message', required: 'L’obligation de répondre',
    options: 'Les options', validation: 'Ce qui est accepté', nextNode: 'Où elle mène', nextNodeMap: 'Où mènent les réponses', rules: 'Les règles', action: 'Ce qui se passe', ticket: 'Le ticket', subject: 'Le sujet', category: 'La catégorie', priority: 'La priorité', tags: 'Les étiquettes', submission: 'Ce qui décrit la carte', id: 'Le nom',
  },
  preview: {
    title: 'Aperçu', hint: 'Le brouillon tel que les clients le rencontrent. Rien n’est gardé, aucun ticket n’est ouvert.', restart: 'Recommencer', back: 'Retour', answer: 'Répondre', skip: 'Passer', close: 'Fermer l’aperçu', begin: 'Commencer',
    ended: 'La fin', nowhere: 'D’ici, cela ne mène nulle part.', opens: 'Ce ticket serait ouvert', sells: 'Cette carte serait vendue', none: 'Rien d’autre ne se passe.', subject: 'Sujet', category: 'Catégorie', noCategory: 'Aucune', priority: 'Priorité',
    tags: 'Étiquettes', text: 'Premier message', pictures: 'Images (dans l’aperçu, elles ne sont que comptées)', failed: 'L’aperçu n’a pas pu avoir lieu. Réessayez.', progress: 'Progression', showStep: 'Montrer cette étape', brand: 'Marque', country: 'Pays (deux lettres)', amount: 'Montant', dropped: 'Le brouillon a changé : la suite des réponses ne convient plus.',
    said: 'Vous', path: 'Le chemin parcouru est marqué sur le dessin.', choose: 'Votre réponse',
  },
  versions: {
    title: 'Versions', none: 'Il n’a jamais été publié.', current: 'Les clients commencent par celle-ci', by: '{{who}}, {{when}}', restore: 'Prendre comme brouillon', restored: 'La version {{number}} est maintenant le brouillon. Annuler ramène le vôtre.', compare: 'Comparer', before: 'De',
    after: 'À', draft: 'Brouillon', nothing: 'Rien', same: 'Il n’y a aucune différence.', number: 'Version {{number}}', added: 'Ajoutées', removed: 'Retirées', changed: 'Modifiées', start: 'Il commence par', from: 'était', to: 'est', failed: 'Les versions n’ont pas pu être chargées.', empty: 'vide',
  },
  publish: {
    title: 'Publier', text: 'Désormais, les clients commencent par ce brouillon. Qui a commencé une version antérieure continue avec elle.', note: 'Ce qui a changé (pour vos collègues)', act: 'Publier', done: 'La version {{number}} est publiée.',
    problems: 'Il ne peut pas encore être publié.', problemsHint: 'À corriger d’abord :', warnings: 'Ceci n’est qu’un avertissement :', unsaved: 'Le brouillon n’a pas pu être enregistré, il n’a donc pas été publié. Rien n’est perdu.', nothing: 'Le brouillon est déjà ce qui est publié.',
  },
  archive: { title: 'Archiver ce parcours ?', text: 'Personne ne le commence plus. Qui l’a commencé continue, et vous pouvez le restaurer.', act: 'Archiver', done: 'Archivé.', restored: 'Restauré.' },
  remove: { title: 'Supprimer ce brouillon ?', text: '« {{name}} » n’a jamais été publié. Il disparaît alors pour de bon.', act: 'Supprimer', done: 'Supprimé.' },
  conflict: {
    title: 'Quelqu’un d’autre a modifié ce brouillon', text: 'Les deux sont là. Rien du vôtre n’est perdu, rien du sien n’a été écrasé.', who: 'Modifié par', mine: 'Vous', theirs: 'L’autre', both: 'Les deux', step: 'Étape', apart: 'Vous avez modifié des étapes différentes : les deux vont ensemble.',
    together: 'Vous avez modifié les mêmes étapes : {{steps}}. Là, les vôtres sont prises.', keepBoth: 'Réunir les deux', keepMine: 'Garder le mien', takeTheirs: 'Prendre le sien', copy: 'Garder le mien comme nouveau parcours', copied: 'Le vôtre est un nouveau parcours : {{name}}.', later: 'Décider plus tard', nothing: 'aucun changement', show: 'Montrer {{step}}', yours: 'Le vôtre', other: 'Le sien',
  },
  settings: {
    title: 'Réglages', name: 'Nom', description: 'Description', descriptionHint: 'Affichée aux clients sous le nom.', audience: 'Pour qui', language: 'Langue', languageHint: 'Une balise comme en ou pt-BR. Vide : pour les lecteurs de toutes les langues.', position: 'Place dans la liste',
    positionHint: 'Les plus petites sont proposées d’abord.', note: 'Les réglages valent tout de suite, aussi pour ce qui est publié.', saved: 'Réglages enregistrés.',
  },
  import: { title: 'Importer dans ce brouillon ?', text: 'Le brouillon devient ce qui est dans le fichier. Annuler le ramène.', act: 'Importer', done: 'Importé. Annuler ramène le brouillon.' },
  figures: { none: 'Personne n’a encore commencé ce parcours.', summary: '{{starts}} commencés, {{completions}} terminés ({{rate}})', failed: 'Les chiffres n’ont pas pu être chargés.' },
  keys: {
    title: 'Clavier', ways: 'Suivre les chemins : en avant, en arrière, entre les branches', reading: 'Étape suivante et précédente dans l’ordre de lecture', first: 'Première et dernière étape', edit: 'Modifier l’étape', leave: 'Retour à l’étape', add: 'Ajouter une étape après', connect: 'Où elle mène',
    remove: 'Supprimer', duplicate: 'Dupliquer', choose: 'En choisir plusieurs', move: 'Plus tôt ou plus tard dans sa suite', undo: 'Annuler', redo: 'Rétablir', start: 'Commencer ici', preview: 'Aperçu', problem: 'Problème suivant', fit: 'Tout montrer', zoom: 'Zoom', help: 'Cette liste', space: 'Espace', home: 'Début', end: 'Fin',
  },
  gone: { title: 'Ce parcours n’est pas ici', text: 'Il a été supprimé, ou ne vous est pas accessible.' },
}
